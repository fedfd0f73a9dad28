module minimum-age

go 1.24
