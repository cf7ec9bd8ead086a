# gnuplot -e "folder='…'; name='…'": folder/NAME.svg from folder/runs, how long
# each run took; the colours as in requests.gp.
set terminal svg size 720,160 dynamic font "sans-serif,13"
set border 3 lc rgb "#000001"
set tics nomirror tc rgb "#000001"
set grid ytics lt 1 lw 0.5 lc rgb "#000005"
set style fill solid 1.0 noborder
set boxwidth 0.8
set yrange [0:*]
set xrange [-0.8:29.8]
unset xtics
unset key
set ylabel "seconds" tc rgb "#000001"
set output folder . "/" . name . ".svg"
plot folder . "/runs" using 1:($3 <= 1 ? $2 : 0) with boxes \
	lc rgb "#000002", "" using 1:($3 > 1 ? $2 : 0) with boxes \
	lc rgb "#000004"
