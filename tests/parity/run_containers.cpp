// The containers of cases/containers.py, by recipe as in numbers_of_cases.py, and lazy layers.
#include "tests/parity/runners.h"

namespace lithe::tests::parity {
namespace {

using Call = std::function<Tensor(const Tensor&)>;

Built called(nn::ModulePtr module, Call call) {
    return {
        std::move(module),
        [call = std::move(call)](const Arguments& in) { return Tensors{call(in.positional[0])}; },
        false};
}

Tensor zeros_parameter(const Sizes& sizes) {
    Tensor tensor = Tensor::from(Array::zeros(DType::f32, sizes));
    tensor.requires_grad_();
    return tensor;
}

/// Owns its parts under the name `parts`.
template <class Part>
struct OwnerImpl : nn::Module {
    explicit OwnerImpl(Part part) : parts(std::move(part)) {}
    void visit_members(FieldVisitor& visitor) override { visit_field(visitor, "parts", parts); }
    Part parts;
};

template <class Part>
std::shared_ptr<OwnerImpl<Part>> owner(Part part) {
    return std::make_shared<OwnerImpl<Part>>(std::move(part));
}

nn::Sequential sequence(const std::string& recipe) {
    if (recipe == "plain") return nn::Sequential(nn::Linear(3, 4), nn::ReLU(), nn::Linear(4, 2));
    if (recipe == "named") {
        return nn::Sequential(
            {{"fc", nn::Linear(3, 4)}, {"act", nn::Tanh()}, {"norm", nn::BatchNorm1d(4)}});
    }
    return nn::Sequential(nn::Sequential(nn::Linear(3, 4), nn::Sigmoid()),
                          nn::Sequential(nn::LayerNorm(4), nn::Linear(4, 2)));
}

void add_module_containers() {
    add_runner("nn.Sequential",
               [](const Options& o) { return positional(sequence(o.get<std::string>("recipe"))); });
    add_runner("nn.Functional", [](const Options&) {
        return positional(nn::Sequential(nn::Linear(3, 4), nn::Functional(relu),
                                         nn::Functional([](Tensor x) { return x * 2 + 1; })));
    });
    add_runner("nn.ModuleList", [](const Options&) {
        const auto module = owner(nn::ModuleList(nn::Linear(3, 3), nn::Tanh(), nn::Linear(3, 3)));
        return called(module, [module](Tensor x) {
            const nn::ModuleList& parts = module->parts;
            x = x + parts->at<nn::LinearImpl>(0).forward(x);
            x = x + parts->at<nn::TanhImpl>(1).forward(x);
            return x + parts->at<nn::LinearImpl>(2).forward(x);
        });
    });
    add_runner("nn.ModuleDict", [](const Options&) {
        nn::ModuleDict parts;
        parts->insert("up", nn::Linear(3, 2));
        parts->insert("act", nn::ReLU());
        parts->insert("down", nn::Linear(3, 2));
        const auto module = owner(parts);
        return called(module, [module](const Tensor& x) {
            const nn::ModuleDict& own = module->parts;
            return own->at<nn::LinearImpl>("up").forward(own->at<nn::ReLUImpl>("act").forward(x)) *
                   own->at<nn::LinearImpl>("down").forward(x);
        });
    });
}

void add_parameter_containers() {
    add_runner("nn.ParameterList", [](const Options&) {
        const auto module =
            owner(nn::ParameterList(Tensors{zeros_parameter({3, 3}), zeros_parameter({3})}));
        return called(module, [module](const Tensor& x) {
            return matmul(x, module->parts[0]) + module->parts[1];
        });
    });
    add_runner("nn.ParameterDict", [](const Options&) {
        nn::ParameterDict parts;
        parts->insert("scale", zeros_parameter({3}));
        parts->insert("weight", zeros_parameter({3, 3}));
        const auto module = owner(parts);
        return called(module, [module](const Tensor& x) {
            return matmul(x * module->parts["scale"], module->parts["weight"]);
        });
    });
}

/// A layer whose parameters come with its first input.
template <class Holder>
Built lazy(Holder module) {
    Built built = positional(module);
    built.is_lazy = true;
    return built;
}

template <class Holder, class Made, size_t D>
void lazy_conv(const std::string& name) {
    add_runner(name, [](const Options& o) {
        Made made(0, o.integer("out_channels"), o.each<D>("kernel_size"));
        if (o.has("stride")) made.stride(o.each<D>("stride"));
        if (o.has("padding")) made.padding(o.each<D>("padding"));
        if (o.has("dilation")) made.dilation(o.each<D>("dilation"));
        LITHE_OPTION(o, made, int64_t, groups);
        LITHE_OPTION(o, made, bool, bias);
        if (o.has("padding_mode")) made.padding_mode(o.choice("padding_mode", kZeros));
        Holder module(made);
        return Built{module.ptr(),
                     [module](const Arguments& in) mutable {
                         return Tensors{module->forward(in.positional[0])};
                     },
                     true};
    });
}

template <class Holder, class Made>
void lazy_norm(const std::string& name) {
    add_runner(name, [](const Options& o) {
        Made made = Holder()->options;  // PyTorch's lazy norms have defaults of their own
        LITHE_OPTION(o, made, bool, affine);
        LITHE_OPTION(o, made, bool, track_running_stats);
        return lazy(Holder(made));
    });
}

#define LITHE_LAZY_RUNNERS(D)                                                            \
    lazy_conv<nn::LazyConv##D##d, nn::ConvOptions<D>, D>("nn.LazyConv" #D "d");          \
    lazy_conv<nn::LazyConvTranspose##D##d, nn::ConvTransposeOptions<D>, D>(              \
        "nn.LazyConvTranspose" #D "d");                                                  \
    lazy_norm<nn::LazyBatchNorm##D##d, nn::BatchNormOptions>("nn.LazyBatchNorm" #D "d"); \
    lazy_norm<nn::LazyInstanceNorm##D##d, nn::InstanceNormOptions>("nn.LazyInstanceNorm" #D "d")

[[maybe_unused]] const bool is_added = [] {
    add_module_containers();
    add_parameter_containers();
    add_runner("nn.LazyLinear", [](const Options& o) {
        nn::LinearOptions made(0, o.integer("out_features"));
        LITHE_OPTION(o, made, bool, bias);
        return lazy(nn::LazyLinear(made));
    });
    LITHE_LAZY_RUNNERS(1);
    LITHE_LAZY_RUNNERS(2);
    LITHE_LAZY_RUNNERS(3);
    return true;
}();

}  // namespace
}  // namespace lithe::tests::parity
