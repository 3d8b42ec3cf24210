#include "dsl/random.h"

#include "dsl/ops.h"
#include "dsl/philox.h"
#include "dsl/tracer.h"
#include "runtime/error.h"

namespace lithe {

const Generator& default_generator() {
    static const Generator generator;
    return generator;
}

void manual_seed(uint64_t seed) { default_generator().manual_seed(seed); }

namespace philox {

TensorTypes infer(const OpCall& call) {
    const std::string op(call.op->name);
    const TensorType type{call.attrs.get_dtype("dtype"), call.attrs.get_shape("shape")};
    if (!is_floating(type.dtype)) {
        throw UserError(op + ".dtype", op + ": expected a floating-point dtype, got " + type.str());
    }
    for (const Dim& size : type.shape) {
        if (!size.is_constant() || size.constant() >= 0) continue;
        throw UserError(op + ".size", op + ": a negative size in " + str(type.shape));
    }
    call.attrs.get_int("stream");
    call.attrs.get_int(call.input_count() > 0 ? "draws" : "seed");
    if (call.input_count() > 0 && !same(call.input(0), TensorType{DType::i64, {2}})) {
        throw UserError(op + ".state",
                        op + ": the state of the generator is i64[2], got " + call.input(0).str());
    }
    return type;
}

Start start(const OpCall& call, std::span<const Array> in) {
    const auto attr = [&](const char* name) {
        return static_cast<uint64_t>(call.attrs.get_int(name));
    };
    if (in.empty()) return {attr("seed"), attr("stream")};
    const int64_t* state = in[0].data<int64_t>();
    return {static_cast<uint64_t>(state[0]),
            static_cast<uint64_t>(state[1]) * attr("draws") + attr("stream")};
}

Attrs attrs(const Shape& shape, const TensorOptions& options, const Generator& generator) {
    Attrs attrs{{"shape", shape}, {"dtype", options.dtype_or(DType::f32)}};
    if (Tracer::current()) {  // the tracer numbers the draws; eager mode's are left alone
        attrs.set("seed", Dim(0));
        attrs.set("stream", Dim(0));
        return attrs;
    }
    attrs.set("seed", Dim(static_cast<int64_t>(generator.seed())));
    attrs.set("stream", Dim(static_cast<int64_t>(generator.next_stream())));
    return attrs;
}

}  // namespace philox

Tensor randint(int64_t low, int64_t high, const ShapeArg& shape, const TensorOptions& options,
               const Generator& generator) {
    if (low >= high) {
        throw UserError("randint.range", "randint: no integer is at least " + std::to_string(low) +
                                             " and below " + std::to_string(high));
    }
    const Tensor share = rand(shape, DType::f64, generator);
    const Tensor drawn = floor(share * (static_cast<double>(high) - static_cast<double>(low))) +
                         static_cast<double>(low);
    return with_options(drawn.to(options.dtype_or(DType::i64)), options);
}

Tensor rand_like(const Tensor& x, const TensorOptions& options) {
    return with_options(rand(x.sizes(), options.dtype_or(x.dtype())), options);
}
Tensor randn_like(const Tensor& x, const TensorOptions& options) {
    return with_options(randn(x.sizes(), options.dtype_or(x.dtype())), options);
}

Tensor bernoulli(const Tensor& x, const Generator& generator) {
    return (rand(x.sizes(), as_floating(x).dtype(), generator) < x).to(x.dtype());
}

Tensor normal(double mean, double std, const ShapeArg& shape, const TensorOptions& options,
              const Generator& generator) {
    return with_options(randn(shape, options.dtype_or(DType::f32), generator) * std + mean,
                        options);
}

Tensor randperm(int64_t count, const Generator& generator) {
    return argsort(rand({count}, DType::f64, generator));
}

Tensor randperm(int64_t count, const TensorOptions& options) {
    return with_options(randperm(count).to(options.dtype_or(DType::i64)), options);
}

Tensor multinomial(const Tensor& probabilities, int64_t count, bool replacement,
                   const Generator& generator) {
    const Dim classes = probabilities.size(-1);
    if (count < 1 || (!replacement && classes.is_constant() && count > classes.constant())) {
        throw UserError("multinomial.count", "multinomial: " + std::to_string(count) +
                                                 " draws from " + classes.str() + " classes");
    }
    Shape shape = probabilities.sizes();
    if (!replacement) {  // the largest of u^(1/p) are drawn without replacement (Efraimidis,
                         // Spirakis)
        const Tensor u = rand(shape, DType::f64, generator), p = probabilities.to(DType::f64);
        const Tensor keys = where(p > 0, log(1 - u) / p, -INFINITY);
        return std::get<1>(topk(keys, count, -1));
    }
    const Tensor total = cumsum(probabilities.to(DType::f64), -1);
    const Tensor limit = narrow(total, -1, classes - 1, 1);
    shape.back() = count;
    const Tensor share = rand(shape, DType::f64, generator) * limit;
    const Tensor below = unsqueeze(total, -2) <= unsqueeze(share, -1);
    return minimum(sum(below, -1), scalar_for(sum(below, -1), classes - 1));
}

namespace {

void check_probability(const char* op, double p) {
    if (p >= 0 && p <= 1) return;
    throw UserError(
        std::string(op) + ".probability",
        std::string(op) + ": the probability must lie in 0..1, got " + std::to_string(p));
}

/// One decision for each channel of each sample.
Shape channel_shape(const Tensor& x) {
    Shape shape = x.sizes();
    if (shape.size() < 2) {
        throw UserError("feature_dropout.rank",
                        "feature_dropout: expected at least 2 axes, got " + x.type().str());
    }
    for (size_t i = 2; i < shape.size(); ++i) shape[i] = 1;
    return shape;
}

Tensor dropped(const Tensor& x, const Shape& decisions, double p) {
    if (p == 1) return x * 0;
    const Tensor keep = (rand(decisions, x.dtype()) >= p).to(x.dtype());
    return x * (keep * (1 / (1 - p)));
}

Tensor alpha_dropped(const Tensor& x, const Shape& decisions, double p) {
    if (p == 1) return x * 0;
    constexpr double low = -1.7580993408473766;  // what SELU tends to: -scale * alpha
    const double a = 1 / std::sqrt((1 - p) * (1 + p * low * low)), b = -a * p * low;
    const Tensor keep = rand(decisions, x.dtype()) >= p;
    return where(keep, x, low) * a + b;
}

}  // namespace

Tensor bernoulli(const Tensor& x, double p, const Generator& generator) {
    check_probability("bernoulli", p);
    return (rand(x.sizes(), DType::f32, generator) < p).to(x.dtype());
}

Tensor dropout(const Tensor& x, double p, bool training) {
    check_probability("dropout", p);
    return training && p > 0 ? dropped(x, x.sizes(), p) : x;
}
Tensor feature_dropout(const Tensor& x, double p, bool training) {
    check_probability("feature_dropout", p);
    return training && p > 0 ? dropped(x, channel_shape(x), p) : x;
}
Tensor alpha_dropout(const Tensor& x, double p, bool training) {
    check_probability("alpha_dropout", p);
    return training && p > 0 ? alpha_dropped(x, x.sizes(), p) : x;
}
Tensor feature_alpha_dropout(const Tensor& x, double p, bool training) {
    check_probability("feature_alpha_dropout", p);
    return training && p > 0 ? alpha_dropped(x, channel_shape(x), p) : x;
}

}  // namespace lithe
