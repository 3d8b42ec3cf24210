#include <map>

#include "tests/parity/run_functions.h"

namespace lithe::tests::parity {
namespace {

using indexing::Ellipsis;
using indexing::None;
using indexing::Slice;
using Indices = std::vector<indexing::TensorIndex>;

void add_places() {
    LITHE_FUNCTION(gather, lithe::gather(c[0], c.integer("dim"), c.tensor("index")));
    LITHE_FUNCTION(take_along_dim,
                   lithe::take_along_dim(
                       c[0], c[1], c.has("dim") ? std::optional(c.integer("dim")) : std::nullopt));
    LITHE_FUNCTION(take, lithe::take(c[0], c[1]));
    LITHE_FUNCTION(
        scatter, c.has("value")
                     ? lithe::scatter(c[0], c.integer("dim"), c.tensor("index"), c.scalar("value"))
                     : lithe::scatter(c[0], c.integer("dim"), c.tensor("index"), c.tensor("src")));
    LITHE_FUNCTION(scatter_add,
                   lithe::scatter_add(c[0], c.integer("dim"), c.tensor("index"), c.tensor("src")));
    LITHE_FUNCTION(
        scatter_reduce,
        lithe::scatter_reduce(c[0], c.integer("dim"), c.tensor("index"), c.tensor("src"),
                              c.o.get<std::string>("reduce"), c.o.flag("include_self", true)));
    LITHE_FUNCTION(index_select, lithe::index_select(c[0], c.integer("dim"), c.tensor("index")));
    LITHE_FUNCTION(index_add, lithe::index_add(c[0], c.integer("dim"), c.tensor("index"),
                                               c.tensor("source"), c.scalar("alpha")));
    LITHE_FUNCTION(index_copy, lithe::index_copy(c[0], c.integer("dim"), c.tensor("index"),
                                                 c.tensor("source")));
    LITHE_FUNCTION(index_fill,
                   lithe::index_fill(c[0], c.integer("dim"), c.tensor("index"), c.scalar("value")));
    LITHE_BINARY(masked_select);
    LITHE_FUNCTION(masked_scatter, lithe::masked_scatter(c[0], c[1], c[2]));
    LITHE_FUNCTION(select_scatter,
                   lithe::select_scatter(c[0], c[1], c.integer("dim"), Dim(c.integer("index"))));
    LITHE_FUNCTION(slice_scatter,
                   lithe::slice_scatter(c[0], c[1], c.integer("dim"), Dim(c.integer("start")),
                                        Dim(c.integer("end")), c.integer("step")));
    LITHE_FUNCTION(diagonal_scatter,
                   lithe::diagonal_scatter(c[0], c[1], c.integer("offset"), c.integer("dim1", 0),
                                           c.integer("dim2", 1)));
    LITHE_UNARY(nonzero);
    LITHE_UNARY(argwhere);
    LITHE_FUNCTION(unique, c.has("dim")
                               ? lithe::unique_dim(c[0], c.integer("dim"), true, true, true)
                               : lithe::_unique2(c[0], true, true, true));
    LITHE_FUNCTION(
        unique_consecutive,
        lithe::unique_consecutive(c[0], true, true,
                                  c.has("dim") ? std::optional(c.integer("dim")) : std::nullopt));
}

/// As tests/parity/expressions.py has them.
Indices indices_of(const std::string& which, const Tensors& x) {
    static const std::map<std::string, Indices> plain = {
        {"integer", {1}},
        {"negative", {-1, -2}},
        {"two", {0, 1}},
        {"slice", {Slice(), Slice(1, 3)}},
        {"slice_open", {Slice(1, None), Slice(None, -1)}},
        {"slice_step", {Slice(), Slice(None, None, 2)}},
        {"slice_beyond", {Slice(), Slice(2, 99)}},
        {"slice_negative", {Slice(), Slice(-3, -1)}},
        {"none", {None, Slice(), None}},
        {"ellipsis", {Ellipsis, 0}},
        {"ellipsis_middle", {0, "...", 1}},
        {"mixed", {Slice(), None, Slice(1, None), Ellipsis, -1}},
    };
    if (const auto at = plain.find(which); at != plain.end()) return at->second;
    if (which == "tensor_column") return {Slice(), x[1]};
    if (which == "two_tensors" || which == "two_tensors_broadcast") return {x[1], x[2]};
    if (which == "tensors_apart") return {x[1], Slice(), x[2]};
    if (which == "tensor_and_slice") return {Slice(1, None), x[1]};
    if (which == "tensor_and_integer") return {x[1], 2};
    return {x[1]};
}

Tensor set_item(const std::string& which, const Tensors& x) {
    Tensor y = x[0].clone();
    if (which == "integer")
        y[1] = x[1];
    else if (which == "negative")
        y[-1].index({-2}) = x[1];
    else if (which == "slice")
        y.index({Slice(), Slice(0, 4)}) = x[1];
    else if (which == "slice_step")
        y.index({Slice(), Slice(None, None, 2)}) = x[1];
    else if (which == "ellipsis")
        y.index({Ellipsis, 0}) = x[1];
    else if (which == "two")
        y[0][1] = x[1];
    else if (which == "scalar")
        y[1] = 2.5;
    else if (which == "add")
        y[1] += x[1];
    else if (which == "tensor")
        y.index_put_({x[2]}, x[1]);
    else if (which == "tensor_column")
        y.index_put_({Slice(), x[2]}, x[1]);
    else if (which == "accumulate")
        y.index_put_({x[2]}, x[1], true);
    else if (which == "two_tensors")
        y.index_put_({x[2], x[3]}, x[1]);
    else if (which == "mask")
        y.index_put_({x[2]}, x[1]);
    else if (which == "mask_scalar")
        y.index_put_({x[1]}, -4.0);
    else
        throw std::invalid_argument("parity: nothing is called '" + which + "'");
    return y;
}

[[maybe_unused]] const bool is_added = [] {
    add_places();
    LITHE_FUNCTION(getitem, c[0].index(indices_of(c.o.get<std::string>("which"), c.x)));
    LITHE_FUNCTION(setitem, set_item(c.o.get<std::string>("which"), c.x));
    LITHE_FUNCTION(index_put, lithe::index_put(c[0], {c[2], c[3]}, c[1],
                                               c.o.get<std::string>("which") == "accumulate"));
    return true;
}();

}  // namespace
}  // namespace lithe::tests::parity
