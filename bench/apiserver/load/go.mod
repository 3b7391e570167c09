module puppis/bench/apiserver/load

go 1.24
