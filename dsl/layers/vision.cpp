#include "dsl/layers/vision.h"

#include <algorithm>

#include "dsl/functional/linear.h"
#include "dsl/functional/vision.h"
#include "dsl/layers/make.h"
#include "dsl/ops.h"
#include "dsl/repr.h"

namespace lithe::nn {

UpsampleImpl::UpsampleImpl(const UpsampleOptions& upsample_options) : options(upsample_options) {}

Tensor UpsampleImpl::forward(const Tensor& x) { return functional::interpolate(x, options); }

std::string UpsampleImpl::extra_repr() const {
    Repr repr;
    if (options.size() && options.size()->size() == 1) {
        repr.add("size", options.size()->front());
    } else if (options.size()) {
        repr.add("size", *options.size());
    }
    if (options.scale_factor()) {
        const std::vector<double>& all = *options.scale_factor();
        std::string factors;
        for (const double factor : all) {
            factors += (factors.empty() ? "" : ", ") + python_repr(factor);
        }
        const bool are_equal = std::equal(all.begin() + 1, all.end(), all.begin());
        repr.append("scale_factor=" + (are_equal ? python_repr(all[0]) : "(" + factors + ")"));
    }
    return repr.append("mode='" + lithe::str(options.mode()) + "'").str();
}

Tensor PixelShuffleImpl::forward(const Tensor& x) { return functional::pixel_shuffle(x, options); }
std::string PixelShuffleImpl::extra_repr() const {
    return Repr().add("upscale_factor", options.upscale_factor()).str();
}

Tensor PixelUnshuffleImpl::forward(const Tensor& x) {
    return functional::pixel_unshuffle(x, options);
}
std::string PixelUnshuffleImpl::extra_repr() const {
    return Repr().add("downscale_factor", options.downscale_factor()).str();
}

Tensor ChannelShuffleImpl::forward(const Tensor& x) {
    return functional::channel_shuffle(x, groups);
}
std::string ChannelShuffleImpl::extra_repr() const { return Repr().add("groups", groups).str(); }

Tensor CosineSimilarityImpl::forward(const Tensor& a, const Tensor& b) {
    return functional::cosine_similarity(a, b, options);
}
std::string CosineSimilarityImpl::extra_repr() const {
    return {};  // nor does PyTorch show its options
}

Tensor PairwiseDistanceImpl::forward(const Tensor& a, const Tensor& b) {
    return functional::pairwise_distance(a, b, options);
}
std::string PairwiseDistanceImpl::extra_repr() const { return {}; }

}  // namespace lithe::nn
