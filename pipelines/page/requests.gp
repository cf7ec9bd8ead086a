# gnuplot -e "folder='…'; width=…": folder/requests.svg, latency.svg and
# again.svg from the tables that are there. The page gives the colours their
# meaning, in light and dark: #000001 is text, #000002 to 4 the series,
# #000005 the grid.
set terminal svg size 720,250 dynamic font "sans-serif,13"
set border 3 lc rgb "#000001"
set tics nomirror tc rgb "#000001"
set grid ytics lt 1 lw 0.5 lc rgb "#000005"
set key outside top right horizontal tc rgb "#000001"
set xlabel tc rgb "#000001"
set ylabel tc rgb "#000001"
set style fill solid 1.0 noborder
set boxwidth width * 0.9
set yrange [0:*]
set xrange [0:*]

set output folder . "/requests.svg"
set xlabel "seconds since the first answer"
set ylabel width == 1 ? "requests a second" : sprintf("requests in %g s", width)
plot folder . "/bars" using 1:($2 + $3) with boxes lc rgb "#000004" \
	title "failed for good", \
	"" using 1:2 with boxes lc rgb "#000002" title "answered"

set output folder . "/again.svg"
set ylabel "attempts again"
set ytics nomirror
set y2tics nomirror tc rgb "#000001"
set y2label "seconds waited" tc rgb "#000001"
set y2range [0:*]
plot folder . "/bars" using 1:4 with boxes lc rgb "#000003" \
	title "attempts again", \
	"" using 1:5 axes x1y2 with lines lw 2 \
	lc rgb "#000002" title "seconds waited"

set output folder . "/latency.svg"
unset y2tics
unset y2label
set xlabel "milliseconds"
set ylabel "% of requests"
set yrange [0:100]
set xrange [*:*]
set logscale x
set grid xtics ytics lt 1 lw 0.5 lc rgb "#000005"
plot folder . "/curve" using ($2 > 0 ? $2 : 0.001):1 with lines lw 2 \
	lc rgb "#000002" title "to the first byte", \
	"" using ($3 > 0 ? $3 : 0.001):1 with lines lw 2 lc rgb "#000003" \
	title "to the last"
