#include "tests/parity/runners.h"

namespace lithe::tests::parity {
namespace {

template <class Holder>
void plain(const char* name) {
    add_runner(name, [](const Options&) { return positional(Holder()); });
}

/// A layer of one number.
template <class Holder, class OptionsOf, class T>
void one_number(const char* name, const char* option, T other) {
    add_runner(name, [option, other](const Options& o) {
        return positional(Holder(OptionsOf(o.get<T>(option, other))));
    });
}

void add_softmaxes() {
    one_number<nn::Softmax, nn::SoftmaxOptions, int64_t>("nn.Softmax", "dim", 0);
    one_number<nn::Softmin, nn::SoftminOptions, int64_t>("nn.Softmin", "dim", 0);
    one_number<nn::LogSoftmax, nn::LogSoftmaxOptions, int64_t>("nn.LogSoftmax", "dim", 0);
    one_number<nn::GLU, nn::GLUOptions, int64_t>("nn.GLU", "dim", -1);
    one_number<nn::PReLU, nn::PReLUOptions, int64_t>("nn.PReLU", "num_parameters", 1);
    plain<nn::Softmax2d>("nn.Softmax2d");
}

void add_with_options() {
    one_number<nn::ELU, nn::ELUOptions, double>("nn.ELU", "alpha", 1);
    one_number<nn::CELU, nn::CELUOptions, double>("nn.CELU", "alpha", 1);
    one_number<nn::LeakyReLU, nn::LeakyReLUOptions, double>("nn.LeakyReLU", "negative_slope", 0.01);
    one_number<nn::Hardshrink, nn::HardshrinkOptions, double>("nn.Hardshrink", "lambd", 0.5);
    one_number<nn::Softshrink, nn::SoftshrinkOptions, double>("nn.Softshrink", "lambd", 0.5);
    one_number<nn::GELU, nn::GELUOptions, std::string>("nn.GELU", "approximate", "none");
    add_runner("nn.Hardtanh", [](const Options& o) {
        return positional(nn::Hardtanh(nn::HardtanhOptions()
                                           .min_val(o.number("min_val", -1))
                                           .max_val(o.number("max_val", 1))));
    });
    add_runner("nn.Threshold", [](const Options& o) {
        return positional(nn::Threshold(o.get<double>("threshold"), o.get<double>("value")));
    });
    add_runner("nn.Softplus", [](const Options& o) {
        return positional(nn::Softplus(
            nn::SoftplusOptions().beta(o.number("beta", 1)).threshold(o.number("threshold", 20))));
    });
    add_runner("nn.RReLU", [](const Options& o) {
        nn::RReLUOptions made;
        LITHE_OPTION(o, made, double, lower);
        LITHE_OPTION(o, made, double, upper);
        return positional(nn::RReLU(made));
    });
}

[[maybe_unused]] const bool is_added = [] {
    plain<nn::ReLU>("nn.ReLU");
    plain<nn::ReLU6>("nn.ReLU6");
    plain<nn::SELU>("nn.SELU");
    plain<nn::Hardswish>("nn.Hardswish");
    plain<nn::Hardsigmoid>("nn.Hardsigmoid");
    plain<nn::SiLU>("nn.SiLU");
    plain<nn::Mish>("nn.Mish");
    plain<nn::Sigmoid>("nn.Sigmoid");
    plain<nn::LogSigmoid>("nn.LogSigmoid");
    plain<nn::Tanh>("nn.Tanh");
    plain<nn::Tanhshrink>("nn.Tanhshrink");
    plain<nn::Softsign>("nn.Softsign");
    add_softmaxes();
    add_with_options();
    return true;
}();

}  // namespace
}  // namespace lithe::tests::parity
