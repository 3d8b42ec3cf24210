#include <lithe/lithe.h>

using namespace lithe;

void wrong() {
    struct Net : nn::Module {
        nn::Linear fc;
    } net;
    auto lambda = [] {
        struct Inner : nn::Module {
            Tensor w;
        } inner;
    };
    lambda();
}

template <class T>
struct Outer : nn::Module {
    nn::Linear fc;
};

void as_argument() {
    struct Tag {};
    Outer<Tag> outer;
}

void right() {
    struct Empty : nn::Module {
    } empty;
}
