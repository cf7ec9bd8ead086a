# The rows of wdn-fetch and batch-post, against an nginx of their own on the
# loopback.
# shellcheck shell=bash
# Variables are shared with run; commands are text that another bash reads.
# shellcheck disable=SC2154,SC2034,SC2016

# start_nginx ROW FOLDER: serves the folder; sets and exports url. Skips the
# row, by name, where that cannot be.
start_nginx() {
	local i
	have nginx || { say "$1: skipped: nginx is not installed" && return 1; }
	web=$work/nginx
	mkdir -p "$web"
	for ((i = 0; i < 20; i++)); do
		configure_nginx "$2"
		nginx -p "$web" -e "$web/error.log" -c "$web/conf" \
			2>"$web/start.log" &
		nginx_pid=$!
		! answers || return 0
		wait "$nginx_pid" || true
		nginx_pid=
	done
	die 69 "$1: nginx did not start: $(tail -n 1 "$web/start.log")"
}

# nginx takes no port 0, so a free one is asked for and may be gone by then.
configure_nginx() {
	local port kind
	port=$("${python[@]}" -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
	export url=http://127.0.0.1:$port
	{
		printf '%s\n' 'daemon off;' 'worker_processes 1;' \
			"pid $web/pid;" "error_log $web/error.log;"
		[[ $EUID != 0 ]] || echo 'user root;'
		printf 'events { worker_connections 1024; }\nhttp {\n'
		for kind in client_body proxy fastcgi uwsgi scgi; do
			printf '%s_temp_path %s/temp;\n' "$kind" "$web"
		done
		printf '%s\n' 'access_log off;' 'keepalive_requests 1000000;' \
			'default_type application/json;' \
			'open_file_cache max=20000;' \
			"upstream self { server 127.0.0.1:$port; keepalive 8; }" \
			"log_format body escape=none '\$request_body';" \
			"server { listen 127.0.0.1:$port; root $1;" \
			'location = /taken { return 200 "{}"; }'
		take_posts /post off
		take_posts /check "$web/bodies body"
		echo '} }'
	} >"$web/conf"
}

# take_posts PATH LOG: bodies are read to their end before they are answered,
# which nginx does for those that it hands on; to itself.
take_posts() {
	printf '%s\n' "location = $1 { access_log $2;" \
		'client_max_body_size 0; client_body_buffer_size 4m;' \
		'proxy_pass http://self/taken; proxy_http_version 1.1;' \
		'proxy_pass_request_body off; proxy_set_header Connection "";' \
		'proxy_set_header Content-Length ""; }'
}

# Until the server answers, for ten seconds at most, or has ended.
answers() {
	local i
	for ((i = 0; i < 500; i++)); do
		! curl -fsS -o "$work/out" "$url/1" 2>/dev/null || return 0
		kill -0 "$nginx_pid" 2>/dev/null || return 1
		sleep 0.02
	done
	return 1
}

stop_nginx() {
	[[ -n ${nginx_pid-} ]] || return 0
	kill "$nginx_pid" 2>/dev/null || true
	wait "$nginx_pid" 2>/dev/null || true
	nginx_pid=
	rm -rf "$web"
}

# Whether each document came once and whole, in whatever order. What prints
# no documents, as wrk, is not asked.
by_documents() {
	local torn
	[[ $1 != wrk* ]] || { echo - && return; }
	torn=$(sort "$work/out" | comm -13 - "$data/small/documents" | wc -l)
	if ((torn > 0)); then
		echo "no: $torn of $(wc -l <"$data/small/documents") documents"
	elif cmp -s "$work/out" "$data/small/in-order"; then
		echo yes
	else
		echo 'yes, in another order'
	fi
}

# wrk works for a time, not on a list: it tells how much it did.
count_wrk() {
	[[ -s $d/wrk ]] || return 0
	amount=$(awk '/ requests in / { print $1 / 1000 }' "$d/wrk")
	note='one document, again and again'
	rm "$d/wrk"
}

row_fetch() {
	local n=10000 size i
	needs wdn-fetch || return 0
	title='small documents from nginx, 5 in flight'
	unit='k requests/s' judge=by_documents after=count_wrk
	((mb >= 100)) || n=1000
	mkdir -p "$data/documents"
	generate ids "$n" | split -l 1 -a 6 --numeric-suffixes=1 - \
		"$data/documents/"
	for i in "$data/documents/"*; do
		size=${i##*/}
		mv "$i" "$data/documents/$((10#$size))"
	done
	start_nginx fetch "$data/documents" || return 0
	make_requests full "$n"
	make_requests small "$((n / 10))"
	ours 'wdn-fetch --parallel-max 5' \
		'wdn-fetch -q -u "$url/{id}" --parallel-max 5 <"$d/ids"'
	ours 'xargs -P5 -n100 wdn-fetch' \
		'xargs -P5 -n100 wdn-fetch -q -u "$url/{id}" -- <"$d/ids"'
	peer 'curl --parallel' curl \
		'curl -s --parallel --parallel-max 5 --config "$d/config"'
	peer 'xargs -P5 -n100 curl' curl 'xargs -P5 -n100 curl -s <"$d/urls"'
	peer 'wrk, 5 connections' wrk 'LD_LIBRARY_PATH=$wrk_libraries \
		wrk -t1 -c5 -d2 "$url/1" >"$d/wrk"'
	contest
	stop_nginx
}

# start_distant OPTION...: apid with these; sets and exports url.
start_distant() {
	local i
	rm -f "$work/port"
	apid --parent --port-file "$work/port" "$@" \
		</dev/null >"$work/apid.log" 2>&1 &
	apid_pid=$!
	for ((i = 0; i < 500; i++)); do
		[[ ! -s $work/port ]] || break
		sleep 0.02
	done
	[[ -s $work/port ]] ||
		die 69 "$row: apid did not start: $(<"$work/apid.log")"
	url=http://127.0.0.1:$(<"$work/port")/animals/v1/animals
	export url
}

stop_apid() {
	[[ -n ${apid_pid-} ]] || return 0
	kill "$apid_pid" 2>/dev/null || true
	wait "$apid_pid" 2>/dev/null || true
	apid_pid=
}

# Whether each animal came, once.
by_animals() {
	local n
	[[ $1 != wrk* ]] || { echo - && return; }
	n=$(grep -oE '"id":[0-9]+' "$work/out" | sort -u |
		comm -12 - <(sed 's/^/"id":/' "$d/ids" | sort) | wc -l)
	[[ $n = "$(wc -l <"$d/ids")" ]] && echo yes || echo "no: $n came"
}

row_distant() {
	local n=4000
	needs wdn-fetch apid || return 0
	title='small documents behind 50 ms, 50 in flight'
	unit='k requests/s' judge=by_animals after=count_wrk
	((mb >= 100)) || n=500
	start_distant --latency 50
	make_requests full "$n"
	make_requests small "$((n / 10))"
	ours 'wdn-fetch --parallel-max 50' \
		'wdn-fetch -q -u "$url/{id}" --parallel-max 50 <"$d/ids"'
	peer 'curl --parallel' curl \
		'curl -s --parallel --parallel-max 50 --config "$d/config"'
	peer 'wrk, 50 connections' wrk 'LD_LIBRARY_PATH=$wrk_libraries \
		wrk -t1 -c50 -d2 "$url/1" >"$d/wrk"'
	contest
	stop_apid
}

# What each contender reads: ids, URLs, a file of options for curl.
make_requests() {
	local to=$data/$1
	seq "$2" >"$to/ids"
	sed "s|^|$url/|" "$to/ids" >"$to/urls"
	sed 's|.*|url = "&"|' "$to/urls" >"$to/config"
	generate ids "$2" >"$to/in-order"
	sort "$to/in-order" >"$to/documents"
	awk -v n="$2" 'BEGIN { print n / 1000 }' >"$to/amount"
}

row_post() {
	local n=100000
	needs batch-post || return 0
	title='products of 390 bytes posted by 100 to nginx'
	unit='k records/s' judge=by_bodies
	((mb >= 100)) || n=2000
	mkdir -p "$data/web"
	echo '{}' >"$data/web/1"
	start_nginx post "$data/web" || return 0
	make_posts full "$n"
	make_posts small "$((n / 10))"
	export to=$url/post
	ours batch-post 'batch-post -q -u "$to" <"$d/in"'
	peer 'curl --parallel, bodies ready' curl \
		'curl -s --parallel --parallel-max 5 --config "$d/curl${to##*/}"'
	peer 'curl in order, bodies ready' curl \
		'curl -s --config "$d/curl${to##*/}"'
	peer 'python http.client' python3 \
		'"$python3" "$here/post.py" "$to" <"$d/in"'
	peer 'node undici' undici \
		'NODE_PATH=$peers/node_modules node "$here/post.cjs" "$to" <"$d/in"'
	ours 'batch-post --audit, all synced' \
		'batch-post -q -k .id --audit "$(mktemp -d "$d/XXXXXX")" \
		-u "$to" <"$d/in"'
	contest
	stop_nginx
}

# make_posts SIZE N: so many records, and their bodies by 100; for curl each in
# a file, and where to.
make_posts() {
	local to=$data/$1 path
	# Of ten ids three are repeated.
	generate products $(($2 * 8 / 5)) | dedupe -k .id | sed -n "1,$2p" \
		>"$to/in"
	mkdir "$to/body"
	split -l 100 -a 6 "$to/in" "$to/body/" --filter='paste -s -d , |
		sed "s/.*/[&]/" | tee "$FILE"' >"$to/bodies"
	truncate -s -1 "$to/body/"*
	for path in post check; do
		printf '%s\n' "$to/body/"* | sed "
			s|.*|url = \"$url/$path\"\ndata-binary = \"@&\"|
			s|\$|\nheader = \"Content-Type: application/json\"|
			\$!s|\$|\nnext|" >"$to/curl$path"
	done
	awk -v n="$2" 'BEGIN { print n / 1000 }' >"$to/amount"
}

# Whether what nginx was sent are the bodies, in their order.
by_bodies() {
	: >"$web/bodies"
	to=$url/check bash -c "$2" >"$work/out" 2>&1 </dev/null || true
	sort "$web/bodies" >"$work/sorted"
	if cmp -s "$web/bodies" "$d/bodies"; then
		echo yes
	elif sort "$d/bodies" | cmp -s - "$work/sorted"; then
		echo 'yes, in another order'
	else
		echo "no: $(comm -12 "$work/sorted" <(sort "$d/bodies") | wc -l) of $(wc -l <"$d/bodies") bodies"
	fi
}
