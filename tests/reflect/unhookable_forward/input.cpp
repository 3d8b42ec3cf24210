#include <lithe/lithe.h>

using namespace lithe;

struct ChildImpl : nn::Module {
    Tensor forward(Tensor x) { return x; }
};
LITHE_MODULE(Child);

struct FinalImpl final : nn::Module {
    Tensor forward(Tensor x) { return x; }
};
LITHE_MODULE(Final);

struct Base : nn::Module {
    Tensor forward(Tensor x) { return relu(x); }
};

struct Wrong : nn::Module {
    Tensor forward(Tensor x) {
        x = by_value.forward(x);
        x = by_pointer->forward(x);
        for (ChildImpl& child : several) x = child.forward(x);
        x = final_child->forward(x);
        return static_cast<ChildImpl&>(*child).forward(x);
    }
    ChildImpl by_value;
    std::shared_ptr<ChildImpl> by_pointer;
    std::vector<ChildImpl> several;
    Child child;
    Final final_child;
};

Tensor outside(ChildImpl& child, Tensor x) { return child.forward(x); }

struct Right : Base {
    Tensor forward(Tensor x) {
        x = Base::forward(x);
        x = this->other(x);
        x = child->forward(x);
        x = (*child).forward(x);
        x = child.ptr()->forward(x);
        x = final_child(x);
        return layers[0]->forward(child(x));
    }
    Tensor other(Tensor x) { return this->Base::forward(x); }
    Child child;
    Final final_child;
    std::vector<Child> layers;
};

Tensor made(Tensor x) { return nn::make_module<ChildImpl>()->forward(x); }
