#include <lithe/lithe.h>

using namespace lithe;

struct Wrong : nn::Module {
    Tensor forward(Tensor x) {
        nn::Linear fc(3, 4);
        x = nn::ReLU()(x);
        x = nn::Sequential(nn::Linear(1, 2), nn::ReLU())(x);
        auto pointer = std::make_shared<nn::LinearImpl>(3, 4);
        auto called = nn::make_module<nn::LinearImpl>(3, 4);
        nn::LinearImpl by_value(3, 4);
        Tensor w = register_parameter("w", randn({3}));
        nn::Parameter p(randn({3}));
        auto step = [&](Tensor y) { return nn::Linear(1, 2)(y); };
        return step(fc(x)) * w * p;
    }
};

struct Right : nn::Module {
    Right() : fc(3, 4) { register_module("fc", nn::Linear(1, 2)); }
    Tensor forward(Tensor x) {
        nn::Linear copy = layers[0];
        nn::Linear empty = nullptr;
        auto& reference = layers[1];
        for (auto layer : layers) x = layer(x);
        nn::Linear from_pointer = std::shared_ptr<nn::LinearImpl>();
        return reference(copy(x)) * randn({3});
    }
    Tensor other(Tensor x) { return nn::ReLU()(x); }
    nn::Linear fc;
    std::vector<nn::Linear> layers;
};

struct NoModule {
    Tensor forward(Tensor x) { return nn::ReLU()(x); }
};
