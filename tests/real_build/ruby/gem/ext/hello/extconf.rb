require "mkmf"

create_makefile("hello_native")
