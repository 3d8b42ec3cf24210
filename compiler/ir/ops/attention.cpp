// attention(q, k, v, mask) {scale, keys, causal}: rows of v weighted by how their keys fit the
// queries
//
//   result[.., l, e] = sum over s of w[.., l, s] * v[.., s, e]
//   w = softmax over s of scale * sum over d of q[.., l, d] * k[.., s, d] + mask[.., l, s]
//
// mask may be left out; its axes broadcast. Of booleans it says which pairs count for nothing:
// their score is -inf. With `causal` those with s > l count for nothing too. `keys` is the most
// that s can be.
#include <cmath>
#include <limits>

#include "compiler/ir/attention.h"
#include "compiler/ir/ops.h"
#include "dsl/axis.h"
#include "dsl/elementwise.h"
#include "dsl/lower_math.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    TensorType type = call.input(0);
    type.shape.back() = call.input(2).shape.back();
    return type;
}

constexpr double none = -std::numeric_limits<double>::infinity();

/// The mask by pair of query and key: what is added to a score, -inf where the pair is left out.
struct Mask {
    Array array;
    std::vector<int64_t> offsets;  // of every pair

    template <class T>
    double masked(double score, int64_t pair) const {
        if (offsets.empty()) return score;
        const int64_t at = offsets[static_cast<size_t>(pair)];
        if (array.dtype() == DType::boolean) return array.data<bool>()[at] ? none : score;
        return score + static_cast<double>(array.data<T>()[at]);
    }
};

Mask mask_of(std::span<const Array> in, const Sizes& pairs) {
    Mask mask;
    if (in.size() < 4) return mask;
    mask.array = in[3];
    const Array like = Array::empty(DType::boolean, pairs);
    elementwise::for_each_index<1>({elementwise::broadcast_strides(in[3], like)}, pairs,
                                   [&](int64_t, int64_t at) { mask.offsets.push_back(at); });
    return mask;
}

/// Makes the weights of scores.
void normalise(std::vector<double>& w) {
    double most = none, total = 0;
    for (const double x : w) {
        if (less_or_nan<double>(most, x)) most = x;
    }
    for (double& x : w) total += x = std::exp(x - most);
    for (double& x : w) x /= total;
}

template <class T>
void attend(const OpCall& call, std::span<const Array> in, const Array& out) {
    const Array &q = in[0], &k = in[1], &v = in[2];
    const int64_t rows = q.size(q.rank() - 2), depth = q.sizes().back();
    const int64_t keys = k.size(k.rank() - 2), width = v.sizes().back();
    const double scale = call.attrs.get_float("scale");
    const bool is_causal = call.attrs.get_bool("causal");
    Sizes pairs(q.sizes().begin(), q.sizes().end() - 1);
    pairs.push_back(keys);
    const Mask mask = mask_of(in, pairs);
    std::vector<double> w(static_cast<size_t>(keys));
    const int64_t all_rows = width == 0 ? 0 : out.count() / width;
    for (int64_t row = 0; row < all_rows; ++row) {
        const T* own_k = k.data<T>() + row / rows * keys * depth;
        const T* own_v = v.data<T>() + row / rows * keys * width;
        for (int64_t s = 0; s < keys; ++s) {
            double score = 0;
            for (int64_t d = 0; d < depth; ++d) {
                score += static_cast<double>(q.data<T>()[row * depth + d]) * own_k[s * depth + d];
            }
            const bool is_later = is_causal && s > row % rows;
            w[static_cast<size_t>(s)] =
                mask.masked<T>(is_later ? none : score * scale, row * keys + s);
        }
        normalise(w);
        for (int64_t e = 0; e < width; ++e) {
            double total = 0;
            for (int64_t s = 0; s < keys; ++s)
                total += w[static_cast<size_t>(s)] * own_v[s * width + e];
            out.data<T>()[row * width + e] = static_cast<T>(total);
        }
    }
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit_float(in[0].dtype(), [&]<class T>(T) { attend<T>(call, in, out[0]); });
}

}  // namespace

Halide::Expr masked_score(const LowerCall& call, Halide::Expr score, const Halide::Expr& is_later,
                          const Halide::Expr& row, const Halide::Expr& key,
                          const Halide::Expr& fill) {
    if (call.call.attrs.get_bool("causal")) score = select(is_later, fill, score);
    if (call.call.input_count() < 4) return score;
    const TensorType& mask = call.call.input(3);
    Coords pair(call.at.begin(), call.at.end() - 2), at;
    pair.insert(pair.end(), {row, key});
    for (size_t i = 0; i < mask.shape.size(); ++i) {
        const Halide::Expr& axis = pair[pair.size() - mask.shape.size() + i];
        at.push_back(mask.shape[i].is_constant(1) ? Halide::Expr(0) : axis);
    }
    const Halide::Expr value = call.in(3, at);
    return mask.dtype == DType::boolean ? select(value, fill, score) : score + value;
}

namespace {

Halide::Expr lower(const LowerCall& call) {
    const Shape &q = call.call.input(0).shape, &k = call.call.input(1).shape;
    const Halide::Expr depth = call.size(q.back()), keys = call.size(k[k.size() - 2]);
    const Halide::Expr row = call.at[call.at.size() - 2];
    const Coords lead(call.at.begin(), call.at.end() - 2);
    const auto at = [&](const Halide::Expr& a, const Halide::Expr& b) {
        Coords coords = lead;
        coords.insert(coords.end(), {a, b});
        return coords;
    };
    const Halide::Expr scale =
        constant(call.out_types[0].dtype, call.call.attrs.get_float("scale"));
    const auto score = [&](const Halide::Expr& s) {
        const Halide::Expr product = reduce_sum(
            depth, [&](Halide::Expr d) { return call.in(0, at(row, d)) * call.in(1, at(s, d)); });
        return masked_score(call, product * scale, s > row, row, s,
                            constant(call.out_types[0].dtype, none));
    };
    const Halide::Expr most = reduce_max(keys, score);
    const auto weight = [&](const Halide::Expr& s) { return lower_math::exp(score(s) - most); };
    const Halide::Expr total = reduce_sum(keys, weight);
    return reduce_sum(
               keys,
               [&](Halide::Expr s) { return weight(s) * call.in(2, at(s, call.at.back())); }) /
           total;
}

}  // namespace

const Op attention_op = {
    .name = "attention", .infer = infer, .reference = reference, .lower = lower};

}  // namespace lithe::ir
