#include "dsl/functional/dropout.h"

#include "dsl/layers/make.h"
#include "dsl/random.h"
#include "dsl/warning.h"

namespace lithe::nn::functional {
namespace {

using Function = Tensor (*)(const Tensor& x, double p, bool training);

template <class Options>
Tensor run(Function function, const Tensor& x, const Options& options) {
    check_probability("dropout", options.p());
    const Tensor y = function(x, options.p(), options.training());
    return options.inplace() && options.training() ? x.assign(y) : y;
}

/// Whole channels of x; without a batch the first axis is the channels.
Tensor run_channels(const Tensor& x, int64_t spatial, const DropoutFuncOptions& options) {
    if (x.dim() != spatial + 1 && x.dim() != spatial + 2) {
        const std::string name = "dropout" + std::to_string(spatial) + "d";
        throw UserError(name + ".rank", name + ": expected " + std::to_string(spatial + 2) +
                                            " axes, or " + std::to_string(spatial + 1) +
                                            " without batch, got " + x.type().str());
    }
    if (x.dim() == spatial + 2) return run(lithe::feature_dropout, x, options);
    const Tensor y = squeeze(
        run(lithe::feature_dropout, unsqueeze(x, 0), DropoutFuncOptions(options).inplace(false)),
        0);
    return options.inplace() && options.training() ? x.assign(y) : y;
}

}  // namespace

Tensor dropout(const Tensor& x, const DropoutFuncOptions& options) {
    return run(lithe::dropout, x, options);
}
Tensor dropout1d(const Tensor& x, const Dropout1dFuncOptions& options) {
    return run_channels(x, 1, options);
}
Tensor dropout3d(const Tensor& x, const Dropout3dFuncOptions& options) {
    return run_channels(x, 3, options);
}

Tensor dropout2d(const Tensor& x, const Dropout2dFuncOptions& options) {
    if (x.dim() != 3) return run_channels(x, 2, options);
    // As in PyTorch, three axes are [N, C, L] here.
    warn(
        "dropout2d: received a 3-D input, which is taken as [N, C, L]; for [C, H, W] add an axis "
        "in front");
    return run(lithe::feature_dropout, x, options);
}

Tensor alpha_dropout(const Tensor& x, const AlphaDropoutFuncOptions& options) {
    return run(lithe::alpha_dropout, x, options);
}
Tensor feature_alpha_dropout(const Tensor& x, const FeatureAlphaDropoutFuncOptions& options) {
    return run(lithe::feature_alpha_dropout, x, options);
}

}  // namespace lithe::nn::functional
