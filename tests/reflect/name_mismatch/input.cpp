#include <lithe/lithe.h>

using namespace lithe;

struct Wrong : nn::Module {
    Wrong() : fc1(register_module("fc2", nn::Linear(1, 2))) {
        conv1 = register_module("conv2", nn::Linear(1, 2));
        this->weight = register_parameter("wieght", randn({3}));
        register_module("tial_", tail_);
    }
    nn::Linear fc1;
    nn::Linear conv1, tail_;
    Tensor weight;
    Tensor mean{register_buffer("running_mean", zeros({3}))};
};

template <class Layer>
struct WrongTemplate : nn::Module {
    WrongTemplate(int width) {
        first = register_module("second", Layer(width, width));
        fixed = register_module("mixed", nn::Linear(1, 2));
    }
    Layer first;
    nn::Linear fixed;
};

struct Right : nn::Module {
    Right() : fc1(register_module("fc1", nn::Linear(1, 2))) {
        fc2_ = register_module("fc2", nn::Linear(1, 2));
        m_fc3 = register_module("fc3", nn::Linear(1, 2));
        fc4_ = register_module("fc4_", nn::Linear(1, 2));
        for (int i = 0; i < 3; ++i) {
            layers.push_back(register_module("layer" + std::to_string(i), nn::Linear(1, 2)));
        }
        auto local = register_module("other", nn::Linear(1, 2));
        kept = register_module("old_name", nn::Linear(1, 2));  // NOLINT(reflect.name_mismatch)
    }
    nn::Linear fc1, fc2_, m_fc3, fc4_, kept;
    std::vector<nn::Linear> layers;
};
