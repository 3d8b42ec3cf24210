#include "dsl/layers/conv.h"

#include <cmath>

#include "dsl/functional/conv.h"
#include "dsl/init.h"
#include "dsl/layers/make.h"
#include "dsl/ops.h"
#include "dsl/repr.h"

namespace lithe::nn {
namespace {

template <class Options>
void check_options(const char* layer, const Options& options) {
    check_positive(layer, "in_channels", options.in_channels());
    check_positive(layer, "out_channels", options.out_channels());
    check_positive(layer, "groups", options.groups());
    for (const int64_t size : options.kernel_size()) check_positive(layer, "kernel_size", size);
    const std::string name = layer;
    if (options.in_channels() % options.groups() != 0) {
        throw UserError(name + ".groups",
                        name + ": in_channels " + std::to_string(options.in_channels()) +
                            " must be divisible by groups " + std::to_string(options.groups()));
    }
    if (options.out_channels() % options.groups() != 0) {
        throw UserError(name + ".groups",
                        name + ": out_channels " + std::to_string(options.out_channels()) +
                            " must be divisible by groups " + std::to_string(options.groups()));
    }
}

template <size_t D>
Sizes weight_sizes(int64_t first, int64_t second, const ExpandingArray<D>& kernel) {
    Sizes sizes{first, second};
    sizes.insert(sizes.end(), kernel.begin(), kernel.end());
    return sizes;
}

void reset(Tensor& weight, Tensor& bias) {
    init::kaiming_uniform_(weight, std::sqrt(5.0));
    if (!bias.defined()) return;
    const auto fan_in = static_cast<double>(init::calculate_fan_in_and_fan_out(weight).first);
    if (fan_in > 0) init::uniform_(bias, -1 / std::sqrt(fan_in), 1 / std::sqrt(fan_in));
}

/// Widths before and after each axis, first axis first, for an output as large as the input.
template <size_t D>
std::vector<std::pair<int64_t, int64_t>> padding_of(const ConvOptions<D>& options) {
    std::vector<std::pair<int64_t, int64_t>> widths;
    for (size_t i = 0; i < D; ++i) {
        const int64_t all = options.dilation()[i] * (options.kernel_size()[i] - 1);
        const int64_t fixed = options.padding().widths[i];
        widths.emplace_back(options.padding().is_same ? all / 2 : fixed,
                            options.padding().is_same ? all - all / 2 : fixed);
    }
    return widths;
}

/// For pad(): pairs from the last axis to the first.
Shape reversed(const std::vector<std::pair<int64_t, int64_t>>& widths) {
    Shape result;
    for (size_t i = widths.size(); i-- > 0;) {
        result.emplace_back(widths[i].first);
        result.emplace_back(widths[i].second);
    }
    return result;
}

template <size_t D>
std::string name_of() {
    return "conv" + std::to_string(D) + "d";
}

template <size_t D, class Options>
Repr common_repr(const Options& options) {
    Repr repr;
    repr.add(options.in_channels())
        .add(options.out_channels())
        .add("kernel_size", options.kernel_size())
        .add("stride", options.stride());
    return repr;
}

template <class Options>
std::string finished(Repr repr, const Options& options) {
    if (!options.dilation().all(1)) repr.add("dilation", options.dilation());
    if constexpr (requires { options.output_padding(); }) {
        if (!options.output_padding().all(0)) repr.add("output_padding", options.output_padding());
    }
    if (options.groups() != 1) repr.add("groups", options.groups());
    if (!options.bias()) repr.add("bias", false);
    if (options.padding_mode() != kZeros) {
        repr.append("padding_mode=" + str(options.padding_mode()));
    }
    return repr.str();
}

}  // namespace

template <size_t D>
ConvNdImpl<D>::ConvNdImpl(const ConvOptions<D>& conv_options) : options(conv_options) {
    const std::string layer = name_of<D>();
    check_options(layer.c_str(), options);
    check_choice(layer.c_str(), "padding_mode", options.padding_mode(),
                 {kZeros, kReflect, kReplicate, kCircular});
    if (options.padding().is_same && !options.stride().all(1)) {
        throw UserError(layer + ".padding",
                        layer + ": padding='same' is not supported for strided convolutions");
    }
    weight =
        new_parameter(weight_sizes(options.out_channels(), options.in_channels() / options.groups(),
                                   options.kernel_size()),
                      options.dtype());
    if (options.bias()) bias = new_parameter({options.out_channels()}, options.dtype());
    reset_parameters();
}

template <size_t D>
void ConvNdImpl<D>::reset_parameters() {
    reset(weight, bias);
}

template <size_t D>
Tensor ConvNdImpl<D>::forward(const Tensor& x) {
    functional::ConvFuncOptions<D> how;
    how.bias(bias).stride(options.stride()).dilation(options.dilation()).groups(options.groups());
    if (options.padding_mode() == kZeros)
        return functional::conv<D>(x, weight, how.padding(options.padding()));
    const Tensor padded = pad(x, reversed(padding_of(options)), pad_mode(options.padding_mode()));
    return functional::conv<D>(padded, weight, how);
}

template <size_t D>
std::string ConvNdImpl<D>::extra_repr() const {
    Repr repr = common_repr<D>(options);
    if (options.padding().is_same) {
        repr.append("padding=same");
    } else if (!options.padding().widths.all(0)) {
        repr.add("padding", options.padding().widths);
    }
    return finished(repr, options);
}

template <size_t D>
void ConvNdImpl<D>::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", weight, TensorFieldKind::parameter);
    visitor.tensor("bias", bias, TensorFieldKind::parameter);
}

template <size_t D>
ConvTransposeNdImpl<D>::ConvTransposeNdImpl(const ConvTransposeOptions<D>& conv_options)
    : options(conv_options) {
    const std::string layer = "conv_transpose" + std::to_string(D) + "d";
    check_options(layer.c_str(), options);
    check_choice(layer.c_str(), "padding_mode", options.padding_mode(), {kZeros});
    weight =
        new_parameter(weight_sizes(options.in_channels(), options.out_channels() / options.groups(),
                                   options.kernel_size()),
                      options.dtype());
    if (options.bias()) bias = new_parameter({options.out_channels()}, options.dtype());
    reset_parameters();
}

template <size_t D>
void ConvTransposeNdImpl<D>::reset_parameters() {
    reset(weight, bias);
}

template <size_t D>
Tensor ConvTransposeNdImpl<D>::forward(const Tensor& x, const std::optional<Sizes>& output_size) {
    Sizes output_padding = options.output_padding().list();
    if (output_size) {
        const std::string layer = "conv_transpose" + std::to_string(D) + "d";
        if (output_size->size() != D && output_size->size() != static_cast<size_t>(x.dim())) {
            throw UserError(layer + ".output_size",
                            layer + ": output_size must have " + std::to_string(D) + " or " +
                                std::to_string(x.dim()) + " elements, got " +
                                std::to_string(output_size->size()));
        }
        for (size_t i = 0; i < D; ++i) {
            const int64_t have = x.size(static_cast<int64_t>(i) - static_cast<int64_t>(D));
            const int64_t least = (have - 1) * options.stride()[i] - 2 * options.padding()[i] +
                                  options.dilation()[i] * (options.kernel_size()[i] - 1) + 1;
            const int64_t wanted = (*output_size)[output_size->size() - D + i];
            output_padding[i] = wanted - least;
            if (wanted < least || wanted > least + options.stride()[i] - 1) {
                throw UserError(layer + ".output_size",
                                layer + ": requested an output size of " + std::to_string(wanted) +
                                    ", but valid sizes range from " + std::to_string(least) +
                                    " to " + std::to_string(least + options.stride()[i] - 1));
            }
        }
    }
    for (size_t i = 0; i < D; ++i) {
        const int64_t most = std::max(options.stride()[i], options.dilation()[i]);
        if (output_padding[i] < most) continue;
        throw UserError("conv_transpose.output_padding",
                        "conv_transpose: output padding must be smaller than either stride or "
                        "dilation, got " +
                            std::to_string(output_padding[i]) + ", stride " +
                            std::to_string(options.stride()[i]) + " and dilation " +
                            std::to_string(options.dilation()[i]));
    }
    functional::ConvTransposeFuncOptions<D> how;
    how.bias(bias).stride(options.stride()).padding(options.padding()).dilation(options.dilation());
    return functional::conv_transpose<D>(
        x, weight, how.output_padding(output_padding).groups(options.groups()));
}

template <size_t D>
std::string ConvTransposeNdImpl<D>::extra_repr() const {
    Repr repr = common_repr<D>(options);
    if (!options.padding().all(0)) repr.add("padding", options.padding());
    return finished(repr, options);
}

template <size_t D>
void ConvTransposeNdImpl<D>::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", weight, TensorFieldKind::parameter);
    visitor.tensor("bias", bias, TensorFieldKind::parameter);
}

template class ConvNdImpl<1>;
template class ConvNdImpl<2>;
template class ConvNdImpl<3>;
template class ConvTransposeNdImpl<1>;
template class ConvTransposeNdImpl<2>;
template class ConvTransposeNdImpl<3>;

}  // namespace lithe::nn
