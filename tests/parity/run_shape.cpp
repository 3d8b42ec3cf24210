#include "tests/parity/run_functions.h"

namespace lithe::tests::parity {
namespace {

Shape shape_of(const Call& c, const char* name) { return to_shape(c.o.list(name)); }

void add_shapes() {
    LITHE_FUNCTION(reshape, lithe::reshape(c[0], shape_of(c, "shape")));
    LITHE_FUNCTION(flatten,
                   lithe::flatten(c[0], c.integer("start_dim", 0), c.integer("end_dim", -1)));
    LITHE_FUNCTION(unflatten, lithe::unflatten(c[0], c.integer("dim"), shape_of(c, "sizes")));
    LITHE_FUNCTION(squeeze,
                   c.has("dim") ? lithe::squeeze(c[0], c.axes("dim")) : lithe::squeeze(c[0]));
    LITHE_FUNCTION(unsqueeze, lithe::unsqueeze(c[0], c.integer("dim")));
    LITHE_FUNCTION(permute, lithe::permute(c[0], c.o.list("dims")));
    LITHE_FUNCTION(transpose, lithe::transpose(c[0], c.integer("dim0"), c.integer("dim1")));
    LITHE_FUNCTION(swapaxes, lithe::swapaxes(c[0], c.integer("dim0"), c.integer("dim1")));
    LITHE_FUNCTION(swapdims, lithe::swapdims(c[0], c.integer("dim0"), c.integer("dim1")));
    LITHE_FUNCTION(movedim, lithe::movedim(c[0], c.axes("source"), c.axes("destination")));
    LITHE_FUNCTION(moveaxis, lithe::moveaxis(c[0], c.axes("source"), c.axes("destination")));
    LITHE_UNARY(t);
    LITHE_UNARY(ravel);
    LITHE_UNARY(clone);
    LITHE_UNARY(atleast_1d);
    LITHE_UNARY(atleast_2d);
    LITHE_UNARY(atleast_3d);
    LITHE_FUNCTION(expand, lithe::expand(c[0], shape_of(c, "size")));
    LITHE_FUNCTION(broadcast_to, lithe::broadcast_to(c[0], c.shape("size")));
    LITHE_FUNCTION(repeat, lithe::repeat(c[0], shape_of(c, "repeats")));
    LITHE_FUNCTION(tile, lithe::tile(c[0], shape_of(c, "dims")));
    LITHE_FUNCTION(repeat_interleave, [&] {
        const auto axis = c.has("dim") ? std::optional(c.integer("dim")) : std::nullopt;
        return c.has("repeats") ? lithe::repeat_interleave(c[0], c.integer("repeats"), axis)
                                : lithe::repeat_interleave(c[0], c[1], axis);
    }());
    LITHE_FUNCTION(diag, lithe::diag(c[0], c.integer("diagonal", 0)));
    LITHE_FUNCTION(diag_embed, lithe::diag_embed(c[0], c.integer("offset", 0),
                                                 c.integer("dim1", -2), c.integer("dim2", -1)));
    LITHE_FUNCTION(diagonal, lithe::diagonal(c[0], c.integer("offset", 0), c.integer("dim1", 0),
                                             c.integer("dim2", 1)));
    LITHE_FUNCTION(tril, lithe::tril(c[0], c.integer("diagonal", 0)));
    LITHE_FUNCTION(triu, lithe::triu(c[0], c.integer("diagonal", 0)));
    LITHE_UNARY(trace);
    LITHE_FUNCTION(
        unfold, lithe::unfold(c[0], c.integer("dimension"), c.integer("size"), c.integer("step")));
    LITHE_FUNCTION(flip, lithe::flip(c[0], c.axes("dims")));
    LITHE_UNARY(fliplr);
    LITHE_UNARY(flipud);
    LITHE_FUNCTION(roll, lithe::roll(c[0], c.axes("shifts"), c.axes("dims")));
    LITHE_FUNCTION(rot90, [&] {
        const Sizes dims = c.has("dims") ? c.o.list("dims") : Sizes{0, 1};
        return lithe::rot90(c[0], c.integer("k"), dims);
    }());
}

void add_joints() {
    LITHE_FUNCTION(cat, lithe::cat(c.x, c.integer("dim", 0)));
    LITHE_FUNCTION(concat, lithe::concat(c.x, c.integer("dim", 0)));
    LITHE_FUNCTION(stack, lithe::stack(c.x, c.integer("dim", 0)));
    LITHE_FUNCTION(hstack, lithe::hstack(c.x));
    LITHE_FUNCTION(vstack, lithe::vstack(c.x));
    LITHE_FUNCTION(dstack, lithe::dstack(c.x));
    LITHE_FUNCTION(column_stack, lithe::column_stack(c.x));
    LITHE_FUNCTION(block_diag, lithe::block_diag(c.x));
    LITHE_FUNCTION(cartesian_prod, lithe::cartesian_prod(c.x));
    LITHE_FUNCTION(meshgrid, lithe::meshgrid(c.x, c.o.get<std::string>("indexing")));
    LITHE_FUNCTION(chunk, lithe::chunk(c[0], c.integer("chunks"), c.integer("dim", 0)));
    LITHE_FUNCTION(split, [&] {
        const char* name = "split_size_or_sections";
        const Sizes sizes = c.o.list(name);
        return c.o.is_list(name) ? lithe::split(c[0], sizes, c.integer("dim", 0))
                                 : lithe::split(c[0], sizes[0], c.integer("dim", 0));
    }());
    LITHE_FUNCTION(tensor_split, [&] {
        const char* name = "indices_or_sections";
        const Sizes indices = c.o.list(name);
        return c.o.is_list(name) ? lithe::tensor_split(c[0], indices, c.integer("dim", 0))
                                 : lithe::tensor_split(c[0], indices[0], c.integer("dim", 0));
    }());
    LITHE_FUNCTION(unbind, lithe::unbind(c[0], c.integer("dim", 0)));
    LITHE_FUNCTION(narrow, lithe::narrow(c[0], c.integer("dim"), Dim(c.integer("start")),
                                         Dim(c.integer("length"))));
    LITHE_FUNCTION(select, lithe::select(c[0], c.integer("dim"), Dim(c.integer("index"))));
}

[[maybe_unused]] const bool is_added = [] {
    add_shapes();
    add_joints();
    return true;
}();

}  // namespace
}  // namespace lithe::tests::parity
