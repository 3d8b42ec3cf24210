// Functions beyond those of networks: linear algebra, statistics, bits, counting.
#include <lithe/lithe.h>
#include <lithe/torch.h>

#include "tests/errors/cases.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

const DType i64 = DType::i64;

const ErrorCases cases = {
    {"linalg.square", [] { linalg::inv(zeros({2, 3})); }},
    {"linalg.square", [] { linalg::eigh(zeros({2, 3})); }},
    {"linalg.rows", [] { linalg::solve(eye(2), zeros({3})); }},
    {"linalg.singular", [] { linalg::inv(zeros({2, 2})); }},
    {"linalg.not_positive_definite", [] { linalg::cholesky(zeros({2, 2})); }},
    {"linalg.qr_mode", [] { linalg::qr(eye(2), "full"); }},
    {"linalg.multi_dot", [] { linalg::multi_dot({eye(2)}); }},
    {"linalg.matrix", [] { linalg::svd(zeros({3})); }},
    {"linalg.matrix_norm", [] { linalg::matrix_norm(eye(2), 3.0, {0, 1}, false); }},
    {"linalg.matrix_norm", [] { linalg::matrix_norm(eye(2), "max", {0, 1}, false); }},
    {"conv_tbc.rank",
     [] { nn::functional::conv_tbc(zeros({3, 2}), zeros({3, 2, 4}), zeros({4}), 0); }},
    {"one_hot.range", [] { one_hot(tensor({0, 5}), 3); }},
    {"one_hot.range", [] { one_hot(tensor({0, -1})); }},
    {"clamp.bounds", [] { clamp(zeros({2}), Tensor(), Tensor()); }},
    {"div.rounding", [] { div(zeros({2}), ones({2}), "up"); }},
    {"searchsorted.rank", [] { searchsorted(zeros({2, 3}), zeros({3})); }},
    {"searchsorted.side",
     [] { searchsorted(ones({2}), ones({2}), false, /*right=*/true, "left"); }},
    {"searchsorted.side", [] { searchsorted(ones({2}), ones({2}), false, false, "middle"); }},
    {"searchsorted.sorter",
     [] { searchsorted(zeros({2}), zeros({3}), false, false, {}, tensor({0, 1, 2})); }},
    {"diff.n", [] { diff(zeros({3}), -1); }},
    {"diff.rank", [] { diff(zeros({})); }},
    {"rot90.axes", [] { rot90(zeros({2, 2, 2}), 1, {0}); }},
    {"diag_embed.axes", [] { diag_embed(zeros({2, 3}), 0, 1, -2); }},
    {"index_fill.value", [] { index_fill(zeros({2}), 0, tensor({0}), zeros({1})); }},
    {"scatter.reduce", [] { scatter(zeros({2}), 0, tensor({0}), ones({1}), "mean"); }},
    {"tensor_split.indices", [] { tensor_split(zeros({3}), zeros({1})); }},
    {"pad.mode", [] { pad(zeros({2}), {1, 1}, "mirror"); }},
    {"pad.value", [] { pad(zeros({2, 2}), {1, 1}, "reflect", 3); }},
    {"gelu.approximate", [] { gelu(zeros({2}), "exact"); }},
    {"bernoulli.probability", [] { bernoulli(zeros({2}), 1.5); }},
    {"bucketize.rank", [] { bucketize(zeros({2}), zeros({2, 3})); }},
    {"scatter_reduce.reduce",
     [] { scatter_reduce(zeros({2}), 0, tensor({0}), ones({1}), "max", true); }},
    {"scatter_reduce.index",
     [] { scatter_reduce(zeros({2, 3}), 0, tensor({{0, 0, 0, 0}}), ones({1, 4}), "prod", true); }},
    {"masked_scatter.source",
     [] { masked_scatter(zeros({3}), ones({3}, DType::boolean), ones({2})); }},
    {"diagonal_scatter.source", [] { diagonal_scatter(zeros({3, 3}), ones({2})); }},
    {"mv.rank", [] { mv(zeros({2}), zeros({2})); }},
    {"tensordot.axes", [] { tensordot(zeros({2, 3}), zeros({3, 2}), {0, 1}, {1}); }},
    {"cross.size", [] { cross(zeros({2}), zeros({2}), 0); }},
    {"cross.size", [] { cross(zeros({2}), zeros({2})); }},
    {"trace.rank", [] { trace(zeros({3})); }},
    {"cov.rank", [] { cov(zeros({2, 2, 2})); }},
    {"kthvalue.k", [] { kthvalue(zeros({3}), 4, 0, false); }},
    {"take_along_dim.rank", [] { take_along_dim(zeros({2, 3}), tensor({0}), 0); }},
    {"unfold.size", [] { unfold(zeros({3}), 0, 4, 1); }},
    {"fliplr.rank", [] { fliplr(zeros({3})); }},
    {"flipud.rank", [] { flipud(zeros({})); }},
    {"tensor_split.count", [] { tensor_split(zeros({3}), 0); }},
    {"repeat_interleave.counts", [] { repeat_interleave(zeros({3}), tensor({1, 2}), 0); }},
    {"repeat_interleave.counts", [] { repeat_interleave(zeros({2}), tensor({1, -2}), 0); }},
    {"quantile.interpolation", [] { quantile(ones({3}), 0.3, 0, false, "cubic"); }},
    {"quantile.q", [] { quantile(ones({3}), zeros({1, 1})); }},
    {"quantile.range", [] { quantile(ones({3}), full({}, 2.0)); }},
    {"renorm.norm", [] { renorm(ones({3, 2}), 2, 0, -1); }},
    {"bincount.input", [] { bincount(zeros({3})); }},
    {"bincount.negative", [] { bincount(tensor({1, -1})); }},
    {"histc.bins", [] { histc(zeros({3}), 0); }},
    {"histc.range", [] { histc(zeros({3}), 4, 2, 1); }},
    {"bitwise_and.dtype", [] { bitwise_and(zeros({2}), zeros({2})); }},
    {"bitwise_or.dtype", [] { bitwise_or(zeros({2}), zeros({2})); }},
    {"bitwise_xor.dtype", [] { bitwise_xor(zeros({2}), zeros({2})); }},
    {"bitwise_left_shift.dtype", [] { bitwise_left_shift(zeros({2}), zeros({2})); }},
    {"bitwise_right_shift.dtype", [] { bitwise_right_shift(zeros({2}), zeros({2})); }},
    {"polygamma.order", [] { polygamma(101, zeros({2})); }},
    {"tensor.accessor", [] { zeros({2}).accessor<float, 2>(); }},
    {"tensor.write_to_copy", [] { zeros({3}).index({tensor({0, 1})}) = ones({2}); }},
    {"archive.unknown_key",
     [] {
         serialize::InputArchive archive;
         Tensor tensor;
         archive.read("weight", tensor);
     }},
    {"torch.check", [] { TORCH_CHECK(1 > 2, "one is not more than ", 2); }},
};

}  // namespace
}  // namespace lithe::tests
