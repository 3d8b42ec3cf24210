// depthwise_conv(x, filters, bias) {stride, dilation, pad_begin, pad_end}: every channel of an
// image x[n, h, w, c] with the filter of its own out of pack_depthwise, or narrow groups of
// `depth` channels with as many filters
//
//   result[n, i, j, c] = bias[c] + sum over s, t, d of
//       x[n, i * stride + s * dilation - pad_begin, j * stride + t * dilation - pad_begin,
//         c / depth * depth + d] * filters[s, t, d, c]
//
// outside of x are zeros; bias may be left out.
#include "compiler/ir/ops.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType &x = call.input(0), &filters = call.input(1);
    TensorType type{x.dtype, {x.size(0)}};
    for (int i = 0; i < 2; ++i) {
        const auto axis = static_cast<size_t>(i);
        const Dim reach = call.attrs.get_shape("dilation")[axis] * (filters.size(i) - 1) + 1;
        const Dim image = x.size(i + 1) + call.attrs.get_shape("pad_begin")[axis] +
                          call.attrs.get_shape("pad_end")[axis];
        type.shape.push_back(floor_div(image - reach, call.attrs.get_shape("stride")[axis]) + 1);
    }
    type.shape.push_back(x.size(3));
    return type;
}

template <class T>
double window(const OpCall& call, const Array& x, const Array& filters, const Sizes& at) {
    const Sizes stride = call.attrs.get_ints("stride"), dilation = call.attrs.get_ints("dilation"),
                begin = call.attrs.get_ints("pad_begin");
    const int64_t depth = filters.size(2);
    double total = 0;
    for (int64_t s = 0; s < filters.size(0); ++s) {
        for (int64_t t = 0; t < filters.size(1); ++t) {
            const int64_t row = at[1] * stride[0] + s * dilation[0] - begin[0];
            const int64_t column = at[2] * stride[1] + t * dilation[1] - begin[1];
            if (row < 0 || row >= x.size(1) || column < 0 || column >= x.size(2)) continue;
            const int64_t pixel = (at[0] * x.size(1) + row) * x.size(2) + column;
            const T* first = x.data<T>() + pixel * x.size(3) + at[3] / depth * depth;
            for (int64_t d = 0; d < depth; ++d) {
                const int64_t tap = (s * filters.size(1) + t) * depth + d;
                total += static_cast<double>(first[d]) *
                         static_cast<double>(filters.data<T>()[tap * x.size(3) + at[3]]);
            }
        }
    }
    return total;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit_float(in[0].dtype(), [&]<class T>(T) {
        T* y = out[0].data<T>();
        Sizes at(4, 0);
        for (at[0] = 0; at[0] < out[0].size(0); ++at[0]) {
            for (at[1] = 0; at[1] < out[0].size(1); ++at[1]) {
                for (at[2] = 0; at[2] < out[0].size(2); ++at[2]) {
                    for (at[3] = 0; at[3] < out[0].size(3); ++at[3]) {
                        const double bias =
                            in.size() > 2 ? static_cast<double>(in[2].data<T>()[at[3]]) : 0;
                        *y++ = static_cast<T>(window<T>(call, in[0], in[1], at) + bias);
                    }
                }
            }
        }
    });
}

}  // namespace

const Op depthwise_conv_op = {.name = "depthwise_conv", .infer = infer, .reference = reference};

}  // namespace lithe::ir
