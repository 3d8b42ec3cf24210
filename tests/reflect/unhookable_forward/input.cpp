#include <lithe/lithe.h>

using namespace lithe;

struct ChildImpl : nn::Module {
    Tensor forward(Tensor x) { return x; }
};
LITHE_MODULE(Child);

struct Base : nn::Module {
    Tensor forward(Tensor x) { return relu(x); }
};

struct Wrong : nn::Module {
    Tensor forward(Tensor x) {
        x = by_value.forward(x);
        x = by_pointer->forward(x);
        for (ChildImpl& child : several) x = child.forward(x);
        return child.ptr()->forward(x);
    }
    ChildImpl by_value;
    std::shared_ptr<ChildImpl> by_pointer;
    std::vector<ChildImpl> several;
    Child child;
};

Tensor outside(ChildImpl& child, Tensor x) { return child.forward(x); }

struct Right : Base {
    Tensor forward(Tensor x) {
        x = Base::forward(x);
        x = this->other(x);
        x = child->forward(x);
        x = (*child).forward(x);
        return layers[0]->forward(child(x));
    }
    Tensor other(Tensor x) { return this->Base::forward(x); }
    Child child;
    std::vector<Child> layers;
};
