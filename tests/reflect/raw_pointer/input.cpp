#include <lithe/lithe.h>

using namespace lithe;

struct Wrong : nn::Module {
    Wrong() : initialised(new nn::LinearImpl(1, 2)) {
        assigned = new nn::LinearImpl(1, 2);
        several.push_back(new nn::LinearImpl(1, 2));
    }
    nn::LinearImpl *initialised, *assigned;
    nn::Linear* in_class = new nn::Linear(1, 2);
    std::vector<nn::LinearImpl*> several;
};

struct Right : nn::Module {
    Right(Right* parent) : parent(parent), owned(new nn::LinearImpl(1, 2)) {
        shared.reset(new nn::LinearImpl(1, 2));
        register_module("made", std::shared_ptr<nn::LinearImpl>(new nn::LinearImpl(1, 2)));
    }
    Right* parent;
    std::unique_ptr<nn::LinearImpl> owned;
    std::shared_ptr<nn::LinearImpl> shared;
    int* numbers = new int[3];
};
