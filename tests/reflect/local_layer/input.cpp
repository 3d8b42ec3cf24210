#include <lithe/lithe.h>

using namespace lithe;

struct Wrong : nn::Module {
    Wrong() {
        nn::Linear lost(3, 4);
        nn::Linear used(3, 4);
        used->to(0);
        nn::init::xavier_uniform_(used->weight);
        auto pointer = std::make_shared<nn::LinearImpl>(3, 4);
        std::vector<nn::Linear> several;
        several.push_back(nn::Linear(1, 2));
        nn::Sequential chain(nn::Linear(1, 2), nn::ReLU());
        out = lost(out);
    }
    Tensor out;
};

struct Hiding : nn::Module {
    Hiding(int width) {
        nn::Linear fc1(width, 4);
        nn::Linear fc2 = nn::Linear(width, 4);
        auto fc3 = nn::Linear(width, 4);
    }
    Hiding(float) { const nn::Linear fc1{3, 4}, fc2{5, 6}; }
    nn::Linear fc1, fc2, fc3;
};

template <int width>
struct InTemplate : nn::Module {
    InTemplate() { nn::Linear lost(width, width); }
};

struct Right : nn::Module {
    Right() {
        nn::Linear registered(1, 2);
        register_module("registered", registered);
        nn::Linear assigned(1, 2);
        fc = assigned;
        auto stored = std::make_shared<nn::LinearImpl>(3, 4);
        layers.emplace_back(nn::Linear(1, 2));
        several.push_back(stored);
        nn::Linear part(1, 2);
        nn::Sequential chain(part, nn::ReLU());
        register_module("chain", chain);
        std::vector<nn::Linear> list(3);
        for (auto& layer : list) register_module("layer", layer);
        auto alias = layers[0];
        nn::Linear& reference = fc;
        reference->to(0);
        alias->to(0);
        nn::Linear allowed(1, 2);  // NOLINT(reflect.local_layer)
        auto made = register_module("made", std::make_shared<nn::LinearImpl>(1, 2));
        nn::Linear shared_weight(1, 2);
        weight = register_parameter("weight", shared_weight->weight);
    }
    nn::Linear fc;
    std::vector<nn::Linear> layers;
    std::vector<std::shared_ptr<nn::LinearImpl>> several;
    Tensor weight;
};

void outside_of_a_constructor() { nn::Linear local(1, 2); }
