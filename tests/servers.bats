#!/usr/bin/env bats
# The HTTP of servers that others wrote: nginx, httpbin, json-server, a proxy.

# shellcheck disable=SC2154 # bats and the helper set what is read here
load helper

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	export PATH=$PATH:/usr/sbin
	mkdir -p web/enc
	printf '{"data":[{"id":9007199254740993,"p":19.90}]}\n' >web/1
	printf '{"data":%s}\n' "$(seq 1 20000 | jq -sc .)" >web/long
	! command -v nginx >/dev/null || start_nginx
	! [ -x /usr/bin/gunicorn ] || ! /usr/bin/python3 -c 'import httpbin' \
		2>/dev/null || start_httpbin
	start_proxy
}

teardown_file() {
	local pid
	for pid in ${pids-}; do
		kill "$pid" 2>/dev/null || true
	done
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export SLUICE_VAR=$BATS_TEST_TMPDIR/var
}

# start COMMAND...: in the background, ended with this shell at the latest.
start() {
	setpriv --pdeathsig TERM -- "$@" </dev/null >>log 2>&1 3>&- &
	export pids="${pids-} $!"
}

# until_answers URL: waits for it, or shows the server's log.
until_answers() {
	wait_for curl -fsSk -o /dev/null "$1" || { cat log >&2; return 1; }
}

start_nginx() {
	local kind plain tls dead
	read -r plain tls dead < <(free_ports 3)
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout key.pem \
		-out cert.pem -subj /CN=sluice-test \
		-addext subjectAltName=IP:127.0.0.1 2>/dev/null
	gzip -c web/long >web/enc/gzip
	python3 -c 'import sys, zlib
sys.stdout.buffer.write(zlib.compress(sys.stdin.buffer.read()))' \
		<web/long >web/enc/deflate
	! command -v brotli >/dev/null || brotli -c web/long >web/enc/br
	! command -v zstd >/dev/null || zstd -qc web/long >web/enc/zstd
	head -c 500 web/enc/gzip >web/enc/half
	printf nonsense >web/enc/spoiled
	head -c 30000000 /dev/zero | gzip >web/enc/bomb
	export NGINX=http://127.0.0.1:$plain TLS=https://127.0.0.1:$tls
	export CA=$PWD/cert.pem LOG=$PWD/access.log
	{
		[ "$EUID" -ne 0 ] || echo 'user root;'
		printf 'daemon off; pid %s/pid; error_log %s/error.log;\n' \
			"$PWD" "$PWD"
		printf 'events { worker_connections 256; }\nhttp {\n'
		for kind in client_body proxy fastcgi uwsgi scgi; do
			printf '%s_temp_path %s/temp;\n' "$kind" "$PWD"
		done
		cat <<-END
			log_format connections '\$connection \$server_protocol \$request_uri';
			access_log $LOG connections;
			default_type application/json;
			limit_req_zone \$server_addr zone=few:1m rate=20r/s;
			root $PWD/web;
			server {
				listen 127.0.0.1:$plain;
				location ~ ^/status/(...)\$ { return 500; }
				location = /few { limit_req zone=few; try_files /1 =404; }
				location = /dead { proxy_pass http://127.0.0.1:$dead; }
				location = /gz { gzip on; gzip_min_length 1;
					gzip_types application/json; try_files /long =404; }
				location ~ ^/enc/(gzip|deflate|br|zstd)\$ {
					add_header Content-Encoding \$1; }
				location ~ ^/enc/(half|spoiled|bomb)\$ {
					add_header Content-Encoding gzip; }
			}
			server {
				listen 127.0.0.1:$tls ssl http2;
				ssl_certificate $PWD/cert.pem;
				ssl_certificate_key $PWD/key.pem;
				keepalive_requests 50;
				location = /down { return 302 $NGINX/1; }
				location = /moved { return 301 /1; }
				location = /post { return 200 '{}'; }
			}
			}
		END
	} >nginx.conf
	start nginx -p "$PWD" -e "$PWD/error.log" -c "$PWD/nginx.conf"
	until_answers "$NGINX/1"
}

start_httpbin() {
	local port
	port=$(free_ports 1)
	start env PYTHONDONTWRITEBYTECODE=1 /usr/bin/gunicorn -w 1 --threads 8 \
		-b "127.0.0.1:$port" httpbin:app
	export HTTPBIN=http://127.0.0.1:$port
	until_answers "$HTTPBIN/get"
}

start_proxy() {
	start python3 "$root/tests/servers/proxy.py" "$PWD/proxy.port" \
		"$PWD/proxy.log"
	wait_for test -s proxy.port
	PROXY=http://me:pr0xy-pass@127.0.0.1:$(<proxy.port)
	export PROXY PROXIED=$PWD/proxy.log
}

need_nginx() {
	[ -n "${NGINX-}" ] || skip 'nginx is not installed'
}

need_httpbin() {
	[ -n "${HTTPBIN-}" ] || skip 'python3-httpbin or gunicorn is not installed'
}

small='{"id":9007199254740993,"p":19.90}'

@test "nginx: files, kept connections, what is not there" {
	need_nginx
	: >"$LOG"
	run --separate-stderr wdn-fetch --records .data -u "$NGINX/1" -- 1 2 3
	expect 0 "$small
$small
$small" ''
	[ "$(cut -d ' ' -f 1 "$LOG" | sort -u | wc -l)" -eq 1 ]
	run --separate-stderr wdn-fetch -u "$NGINX/none"
	expect 69 '' '*status 404: <html>*'
}

@test "nginx: a range is an answer, one beyond the end is none" {
	need_nginx
	run --separate-stderr wdn-fetch --envelope -H 'Range: bytes=0-7' \
		-u "$NGINX/1"
	[ "$status" -eq 0 ]
	[ "$(jq -r '[.status, .headers["content-range"], .body] | tojson' \
		<<<"$output")" = '[206,"bytes 0-7/45","{\"data\":"]' ]
	run --separate-stderr wdn-fetch -H 'Range: bytes=99-' -u "$NGINX/1"
	expect 69 '' '*status 416: *'
}

@test "nginx: compressed on the way, received smaller than it is" {
	need_nginx
	run --separate-stderr wdn-fetch --records .data --receipts receipts \
		-o out -u "$NGINX/gz"
	expect 0 '' ''
	cmp out <(seq 1 20000)
	[ "$(jq .bytes receipts)" -lt "$(stat -c %s "$BATS_FILE_TMPDIR/web/long")" ]
}

@test "nginx: gzip, deflate, br and zstd are undone" {
	need_nginx
	for coding in gzip deflate br zstd; do
		[ -e "$BATS_FILE_TMPDIR/web/enc/$coding" ] || continue
		[[ $(curl -V) == *brotli* || $coding != br ]] || continue
		[[ $(curl -V) == *zstd* || $coding != zstd ]] || continue
		run --separate-stderr wdn-fetch --records .data -o out \
			-u "$NGINX/enc/$coding"
		echo "coding: $coding"
		expect 0 '' ''
		cmp out <(seq 1 20000)
	done
}

@test "nginx: a body that is not of its coding may pass; a half is no JSON" {
	need_nginx
	run --separate-stderr wdn-fetch --retry 1 --retry-delay 0.01 \
		-u "$NGINX/enc/spoiled"
	expect 75 '' '*[(]after 2 attempts)'
	# libcurl does not tell that the coding did not come to its end
	run --separate-stderr wdn-fetch -u "$NGINX/enc/half"
	expect 65 '' '*status 200, but the answer is no JSON: *'
}

@test "nginx: --max-body counts what is unpacked" {
	need_nginx
	run --separate-stderr wdn-fetch --envelope --max-body 1M \
		-u "$NGINX/enc/bomb"
	expect 69 '' '*the answer is longer than the 1048576 bytes of --max-body'
}

@test "nginx: 500, 502 of a dead backend, 503 of its rate limit" {
	need_nginx
	run --separate-stderr wdn-fetch --retry 1 --retry-delay 0.01 \
		-u "$NGINX/status/500"
	expect 75 '' '*status 500: <html>*after 2 attempts*'
	run --separate-stderr wdn-fetch --retry 1 --retry-delay 0.01 \
		-u "$NGINX/dead"
	expect 75 '' '*status 502: <html>*after 2 attempts*'
	run --separate-stderr wdn-fetch --retry-delay 0.1 --records .data \
		--parallel-max 4 -s stats -u "$NGINX/few" -- {1..8}
	expect 0 "$small*" ''
	[ "${#lines[@]}" -eq 8 ]
	[ "$(jq .retries stats)" -gt 0 ]
}

@test "nginx: HTTP/2 over TLS, one connection for all" {
	need_nginx
	: >"$LOG"
	run --separate-stderr wdn-fetch --cacert "$CA" --records .data \
		--parallel-max 8 --receipts receipts -u "$TLS/1" -- {1..40}
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 40 ]
	[ "$(jq -s 'all(.http == "2" and .tls_ms >= 0) and .[0].tls_ms > 0' \
		receipts)" = true ]
	[ "$(cut -d ' ' -f 1 "$LOG" | sort -u | wc -l)" -eq 1 ]
	[ "$(cut -d ' ' -f 2 "$LOG" | sort -u)" = HTTP/2.0 ]
}

@test "nginx: connections that it ends after 50 requests lose nothing" {
	need_nginx
	: >"$LOG"
	run --separate-stderr wdn-fetch --cacert "$CA" --records .data \
		--parallel-max 5 -s stats -u "$TLS/1" -- {1..200}
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 200 ]
	seq 1 120 | jq -c '{id: .}' >in
	run --separate-stderr batch-post -b 1 --cacert "$CA" -s posts \
		--receipts receipts -u "$TLS/post" <in
	expect 0 '{"id":1}*{"id":120}' ''
	[ "$(jq -s 'length == 120 and all(.http == "2")' receipts)" = true ]
	[ "$(grep -c ' /post$' "$LOG")" -eq 120 ]
}

@test "nginx: a certificate is verified, by --cacert or SSL_CERT_FILE" {
	need_nginx
	run --separate-stderr wdn-fetch -u "$TLS/1"
	expect 69 '' '*could not fetch "https://*certificate*'
	run --separate-stderr wdn-fetch --cacert "$CA" --records .data -u "$TLS/1"
	expect 0 "$small" ''
	SSL_CERT_FILE=$CA run --separate-stderr wdn-fetch --records .data \
		-u "$TLS/1"
	expect 0 "$small" ''
	# it is for the address, not for the name
	run --separate-stderr wdn-fetch --cacert "$CA" \
		-u "https://localhost:${TLS##*:}/1"
	expect 69 '' '*could not fetch "https://localhost:*'
	run --separate-stderr wdn-fetch --cacert nowhere -u "$TLS/1"
	expect 69 '' '*nowhere*'
}

@test "nginx: no redirect from https to http" {
	need_nginx
	run --separate-stderr wdn-fetch --cacert "$CA" --records .data \
		-u "$TLS/moved"
	expect 0 "$small" ''
	: >"$LOG"
	run --separate-stderr wdn-fetch --cacert "$CA" -u "$TLS/down"
	expect 69 '' '*leads to "http://*": from https to http is not followed'
	[ "$(wc -l <"$LOG")" -eq 1 ]
}

@test "proxies: http by the proxy, https through it, NO_PROXY past it" {
	need_nginx
	: >"$PROXIED"
	http_proxy=$PROXY run --separate-stderr wdn-fetch -v --records .data \
		-H 'X-Key: sesame' -u "$NGINX/1"
	expect 0 "$small" '*'
	[[ $stderr != *pr0xy* ]]
	https_proxy=$PROXY run --separate-stderr wdn-fetch -v --records .data \
		--cacert "$CA" -H 'X-Key: sesame' -u "$TLS/1"
	expect 0 "$small" '*'
	[[ $(sed -n 1p "$PROXIED") == "GET $NGINX/1 "*x-key* ]]
	# what is for the server is not for the proxy
	[[ $(sed -n 2p "$PROXIED") == "CONNECT ${TLS#https://} "* ]]
	[[ $(sed -n 2p "$PROXIED") != *x-key* ]]
	http_proxy=$PROXY NO_PROXY=127.0.0.1 run --separate-stderr \
		wdn-fetch --records .data -u "$NGINX/1"
	expect 0 "$small" ''
	[ "$(wc -l <"$PROXIED")" -eq 2 ]
	# a password that the proxy does not take
	https_proxy=${PROXY/pass/pazz} run --separate-stderr wdn-fetch \
		--cacert "$CA" -u "$TLS/1"
	expect 77 '' '*status 407: the proxy wants Basic*not allowed'
	http_proxy=${PROXY/pass/pazz} run --separate-stderr wdn-fetch -u "$NGINX/1"
	expect 77 '' '*status 407: the proxy wants Basic*not allowed'
	[[ $stderr != *pr0xy* ]]
}

@test "httpbin: codings, status, delays, drips, redirects" {
	need_httpbin
	for coding in gzip deflate brotli; do
		run --separate-stderr wdn-fetch -u "$HTTPBIN/$coding"
		expect 0 '{*' ''
		[[ $output == *'true'* ]]
	done
	run --separate-stderr wdn-fetch --retry 1 --retry-delay 0.01 \
		-u "$HTTPBIN/status/503"
	expect 75 '' '*status 503 (after 2 attempts)'
	run --separate-stderr wdn-fetch -u "$HTTPBIN/status/418"
	expect 69 '' '*status 418: *teapot*'
	run --separate-stderr wdn-fetch --max-time 0.3 --retry 0 \
		-u "$HTTPBIN/delay/5"
	expect 75 '' '*imed out*'
	run --separate-stderr wdn-fetch --envelope \
		-u "$HTTPBIN/drip?duration=0.5&numbytes=5&delay=0"
	expect 0 '*"body":"\*\*\*\*\*"}' ''
	run --separate-stderr wdn-fetch -u "$HTTPBIN/redirect/3"
	expect 0 '{"args":{},*"url":"*/get"}' ''
	run --separate-stderr wdn-fetch -u "$HTTPBIN/absolute-redirect/11"
	expect 69 '' '*more than 10 redirects*'
	run --separate-stderr wdn-fetch --body '{q: .id}' -u "$HTTPBIN/post" -- x
	expect 0 '*"json":{"q":"x"}*' ''
}

@test "httpbin: a body that is too slow is left" {
	need_httpbin
	run --separate-stderr wdn-fetch --speed-time 1 --speed-limit 100 \
		--retry 0 -u "$HTTPBIN/drip?duration=8&numbytes=8&delay=0"
	expect 75 '' '*too slow*'
}

@test "httpbin: basic, bearer; digest is refused, and that is told" {
	need_httpbin
	echo me:s3cret-pass >user
	echo s3cret-token >token
	printf 'machine 127.0.0.1 login me password s3cret-pass\n' >netrc
	run --separate-stderr wdn-fetch --user-file user \
		-u "$HTTPBIN/basic-auth/me/s3cret-pass"
	expect 0 '{"authenticated":true,"user":"me"}' ''
	NETRC=netrc run --separate-stderr wdn-fetch -n \
		-u "$HTTPBIN/basic-auth/me/s3cret-pass"
	expect 0 '{"authenticated":true,"user":"me"}' ''
	run --separate-stderr wdn-fetch -u "$HTTPBIN/basic-auth/me/x"
	expect 77 '' '*status 401: it wants Basic*not allowed'
	run --separate-stderr wdn-fetch --bearer-file token -u "$HTTPBIN/bearer"
	expect 0 '{"authenticated":true,"token":"s3cret-token"}' ''
	run --separate-stderr wdn-fetch -v --user-file user \
		-u "$HTTPBIN/digest-auth/auth/me/s3cret-pass"
	expect 77 '' '*status 401: it wants Digest*not allowed'
	[[ $stderr != *s3cret* ]]
}

@test "json-server: pages by its Link header and by its counts" {
	command -v npm >/dev/null || skip 'npm is not installed'
	local bin=$root/build/json-server/node_modules/.bin/json-server port
	[ -x "$bin" ] || timeout 60 npm install --no-audit --no-fund \
		--ignore-scripts --prefix "$root/build/json-server" \
		json-server@0.17.4 >npm.log 2>&1 ||
		skip "json-server could not be installed: $(tail -n 1 npm.log)"
	seq 1 23 | jq -sc '{animals: map({id: .})}' >db.json
	port=$(free_ports 1)
	start "$bin" -q -H 127.0.0.1 -p "$port" db.json
	until_answers "http://127.0.0.1:$port/animals/1"
	run --separate-stderr paginate --by link \
		-u "http://127.0.0.1:$port/animals?_page=1&_limit=5"
	expect 0 '{"id":1}*' ''
	[ "${#lines[@]}" -eq 23 ]
	run --separate-stderr paginate --by page --page-param _page \
		--page-size 10 --size-param _limit \
		-u "http://127.0.0.1:$port/animals"
	[ "$status" -eq 0 ]
	[ "$(jq -s 'map(.id) == [range(1; 24)]' <<<"$output")" = true ]
	run --separate-stderr wdn-fetch -u "http://127.0.0.1:$port/animals/{id}" \
		-- 7 8
	expect 0 '{"id":7}
{"id":8}' ''
	kill "${pids##* }"
}
