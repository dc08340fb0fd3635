#include <ruby.h>

static VALUE greeting(VALUE self) {
    return rb_str_new_cstr("Hello from Ruby!");
}

void Init_hello_native(void) {
    VALUE module = rb_define_module("HelloNative");
    rb_define_singleton_method(module, "greeting", greeting, 0);
}
