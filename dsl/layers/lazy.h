#pragma once

// Layers that learn the size of their input from the first one they see. Until then they have no
// parameters; a state_dict that is loaded tells the sizes too. They cannot be traced before: errors
// lazy.uninitialized.

#include "dsl/layers/batch_norm.h"
#include "dsl/layers/conv.h"
#include "dsl/layers/linear.h"

namespace lithe::nn {

/// The size that x shows, as a number. Errors: lazy.uninitialized while tracing, lazy.rank.
int64_t lazy_size(const Module& layer, const Tensor& x, int64_t axis);

/// What the lazy layers share: `Kind` says how a layer of class `Base` is made of its options and a
/// size.
template <class Base, class Kind>
class LazyImpl : public Base {
public:
    using Options = typename Kind::Options;
    explicit LazyImpl(const Options& lazy_options)
        : Base(Kind::with_size(lazy_options, Kind::least(lazy_options))) {
        Kind::set_size(this->options, 0);
        Kind::template take<Base>(*this, nullptr);
    }

    bool has_uninitialized_params() const { return Kind::size(this->options) == 0; }
    /// Makes the parameters for inputs of this size, and draws them.
    void initialize(int64_t size) {
        Base made(Kind::with_size(this->options, size));
        Kind::template take<Base>(*this, &made);
        Kind::set_size(this->options, size);
    }
    Tensor forward(const Tensor& x) {
        if (has_uninitialized_params()) initialize(lazy_size(*this, x, Kind::axis));
        return Base::forward(x);
    }
    void upgrade_state(StateDict& dict, const std::string& prefix, int64_t version) override {
        const std::string key = prefix + Kind::key(this->options);
        if (has_uninitialized_params() && dict.contains(key))
            initialize(Kind::size_of(this->options, dict.at(key)));
        Base::upgrade_state(dict, prefix, version);
    }
};

namespace lazy {

struct LinearKind {
    using Options = LinearOptions;
    static constexpr int64_t axis = -1;
    static int64_t least(const Options&) { return 1; }
    static int64_t size(const Options& o) { return o.in_features(); }
    static void set_size(Options& o, int64_t size) { o.in_features(size); }
    static Options with_size(Options o, int64_t size) { return o.in_features(size); }
    static const char* key(const Options&) { return "weight"; }
    static int64_t size_of(const Options&, const Tensor& weight) { return weight.size(1); }
    template <class Base>
    static void take(Base& layer, const Base* made) {
        layer.weight = made ? made->weight : Tensor();
        layer.bias = made ? made->bias : Tensor();
    }
};

/// Of convolutions; `Axis` is the axis of the weight that counts input channels.
template <class O, size_t D, bool is_transposed>
struct ConvKind {
    using Options = O;
    static constexpr int64_t axis = -1 - static_cast<int64_t>(D);
    static int64_t least(const Options& o) { return o.groups(); }
    static int64_t size(const Options& o) { return o.in_channels(); }
    static void set_size(Options& o, int64_t size) { o.in_channels(size); }
    static Options with_size(Options o, int64_t size) { return o.in_channels(size); }
    static const char* key(const Options&) { return "weight"; }
    static int64_t size_of(const Options& o, const Tensor& weight) {
        return is_transposed ? int64_t(weight.size(0)) : int64_t(weight.size(1)) * o.groups();
    }
    template <class Base>
    static void take(Base& layer, const Base* made) {
        LinearKind::take(layer, made);
    }
};

/// Of batch and instance norms.
template <class O>
struct NormKind {
    using Options = O;
    static constexpr int64_t axis = 1;
    static int64_t least(const Options&) { return 1; }
    static int64_t size(const Options& o) { return o.num_features(); }
    static void set_size(Options& o, int64_t size) { o.num_features(size); }
    static Options with_size(Options o, int64_t size) { return o.num_features(size); }
    static const char* key(const Options& o) { return o.affine() ? "weight" : "running_mean"; }
    static int64_t size_of(const Options&, const Tensor& values) { return values.size(0); }
    template <class Base>
    static void take(Base& layer, const Base* made) {
        LinearKind::take(layer, made);
        layer.running_mean = made ? made->running_mean : Tensor();
        layer.running_var = made ? made->running_var : Tensor();
        layer.num_batches_tracked = made ? made->num_batches_tracked : Tensor();
    }
};

}  // namespace lazy

/// Linear whose in_features is the size of the last axis of the first input.
class LazyLinearImpl : public LazyImpl<LinearImpl, lazy::LinearKind> {
public:
    explicit LazyLinearImpl(int64_t out_features) : LazyImpl(LinearOptions(0, out_features)) {}
    explicit LazyLinearImpl(const LinearOptions& lazy_options) : LazyImpl(lazy_options) {}
};
LITHE_MODULE(LazyLinear);

// Convolutions and norms whose channels are those of the first input.
#define LITHE_LAZY(D)                                                                       \
    class LazyConv##D##dImpl                                                                \
        : public LazyImpl<Conv##D##dImpl, lazy::ConvKind<ConvOptions<D>, D, false>> {       \
    public:                                                                                 \
        LazyConv##D##dImpl(int64_t out_channels, ExpandingArray<D> kernel_size)             \
            : LazyImpl(ConvOptions<D>(0, out_channels, kernel_size)) {}                     \
        explicit LazyConv##D##dImpl(const ConvOptions<D>& lazy_options)                     \
            : LazyImpl(lazy_options) {}                                                     \
    };                                                                                      \
    LITHE_MODULE(LazyConv##D##d);                                                           \
    class LazyConvTranspose##D##dImpl                                                       \
        : public LazyImpl<ConvTranspose##D##dImpl,                                          \
                          lazy::ConvKind<ConvTransposeOptions<D>, D, true>> {               \
    public:                                                                                 \
        LazyConvTranspose##D##dImpl(int64_t out_channels, ExpandingArray<D> kernel_size)    \
            : LazyImpl(ConvTransposeOptions<D>(0, out_channels, kernel_size)) {}            \
        explicit LazyConvTranspose##D##dImpl(const ConvTransposeOptions<D>& lazy_options)   \
            : LazyImpl(lazy_options) {}                                                     \
    };                                                                                      \
    LITHE_MODULE(LazyConvTranspose##D##d);                                                  \
    class LazyBatchNorm##D##dImpl                                                           \
        : public LazyImpl<BatchNorm##D##dImpl, lazy::NormKind<BatchNormOptions>> {          \
    public:                                                                                 \
        LazyBatchNorm##D##dImpl(const BatchNormOptions& lazy_options = BatchNormOptions(0)) \
            : LazyImpl(lazy_options) {}                                                     \
    };                                                                                      \
    LITHE_MODULE(LazyBatchNorm##D##d);                                                      \
    class LazyInstanceNorm##D##dImpl                                                        \
        : public LazyImpl<InstanceNorm##D##dImpl, lazy::NormKind<InstanceNormOptions>> {    \
    public:                                                                                 \
        LazyInstanceNorm##D##dImpl(                                                         \
            const InstanceNormOptions& lazy_options =                                       \
                InstanceNormOptions(0).affine(true).track_running_stats(true))              \
            : LazyImpl(lazy_options) {}                                                     \
    };                                                                                      \
    LITHE_MODULE(LazyInstanceNorm##D##d)
LITHE_LAZY(1);
LITHE_LAZY(2);
LITHE_LAZY(3);
#undef LITHE_LAZY

}  // namespace lithe::nn
