#pragma once

#include "dsl/arg.h"
#include "dsl/holder.h"

namespace lithe::nn {

/// Gives its argument back; takes and forgets any arguments.
class IdentityImpl : public Module {
public:
    IdentityImpl() = default;
    template <class... Ignored>
    explicit IdentityImpl(const Ignored&...) {}
    Tensor forward(const Tensor& x) { return x; }
};
LITHE_MODULE(Identity);

class LinearOptions {
public:
    LinearOptions(int64_t in_features, int64_t out_features)
        : in_features_(in_features), out_features_(out_features) {}
    LITHE_ARG(int64_t, in_features);
    LITHE_ARG(int64_t, out_features);
    LITHE_ARG(bool, bias) = true;
    LITHE_ARG(DType, dtype) = DType::f32;
};

/// y = x weight^T + bias.
///
/// weight: [out_features, in_features], bias: [out_features].  Errors: linear.features.
class LinearImpl : public Module {
public:
    LinearImpl(int64_t in_features, int64_t out_features)
        : LinearImpl(LinearOptions(in_features, out_features)) {}
    explicit LinearImpl(const LinearOptions& options);

    /// Draws weight and bias from uniform(-1 / sqrt(in_features), 1 / sqrt(in_features)).
    void reset_parameters();
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;
    void visit_members(FieldVisitor& visitor) override;

    LinearOptions options;
    Tensor weight, bias;
};
LITHE_MODULE(Linear);

class BilinearOptions {
public:
    BilinearOptions(int64_t in1_features, int64_t in2_features, int64_t out_features)
        : in1_features_(in1_features), in2_features_(in2_features), out_features_(out_features) {}
    LITHE_ARG(int64_t, in1_features);
    LITHE_ARG(int64_t, in2_features);
    LITHE_ARG(int64_t, out_features);
    LITHE_ARG(bool, bias) = true;
    LITHE_ARG(DType, dtype) = DType::f32;
};

/// y_k = a^T weight_k b + bias_k.
class BilinearImpl : public Module {
public:
    BilinearImpl(int64_t in1_features, int64_t in2_features, int64_t out_features)
        : BilinearImpl(BilinearOptions(in1_features, in2_features, out_features)) {}
    explicit BilinearImpl(const BilinearOptions& options);

    void reset_parameters();
    Tensor forward(const Tensor& a, const Tensor& b);
    std::string extra_repr() const override;
    void visit_members(FieldVisitor& visitor) override;

    BilinearOptions options;
    Tensor weight, bias;
};
LITHE_MODULE(Bilinear);

class FlattenOptions {
public:
    LITHE_ARG(int64_t, start_dim) = 1;
    LITHE_ARG(int64_t, end_dim) = -1;
};

/// Joins the axes from start_dim to end_dim.
class FlattenImpl : public Module {
public:
    explicit FlattenImpl(const FlattenOptions& flatten_options = {}) : options(flatten_options) {}
    explicit FlattenImpl(int64_t start_dim, int64_t end_dim = -1)
        : options(FlattenOptions().start_dim(start_dim).end_dim(end_dim)) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    FlattenOptions options;
};
LITHE_MODULE(Flatten);

class UnflattenOptions {
public:
    UnflattenOptions(int64_t dim, Sizes sizes) : dim_(dim), sizes_(std::move(sizes)) {}
    LITHE_ARG(int64_t, dim);
    LITHE_ARG(Sizes, sizes);
};

/// Splits an axis into several.
class UnflattenImpl : public Module {
public:
    UnflattenImpl(int64_t dim, Sizes sizes)
        : UnflattenImpl(UnflattenOptions(dim, std::move(sizes))) {}
    explicit UnflattenImpl(const UnflattenOptions& unflatten_options)
        : options(unflatten_options) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    UnflattenOptions options;
};
LITHE_MODULE(Unflatten);

}  // namespace lithe::nn
