#pragma once

#include "compiler/passes/pass.h"

// The contracts of the passes: rewrites as equations, then why each stands where it stands. The
// order is in pipeline.cpp.
namespace lithe::passes {

/// Removes the marks of module calls, for the plans in which no hook can run.
///
///   module_input(x, y)   ->  x, y
///   module_output(x, y)  ->  x, y
///
/// First, since every rule below looks through nothing but operands.
bool drop_module_boundaries(ir::Graph& graph);

/// Drops nodes that no output needs. Inputs stay.
bool eliminate_dead_nodes(ir::Graph& graph);

/// Finds the largest first, then the first place that holds it: two plain reductions, where a
/// kernel of one node would look for the largest again at every place.
///
///   gather(x, argmax(x))       ->  amax(x)   along one axis; of zeros of both signs, either
///   gather(x, argmax(neg(x)))  ->  amin(x)
///   argmax(x)                  ->  amin(where(x == amax(x) or x != x, arange, size))
///
/// Before canonicalize, which puts the moves of the places in order.
bool split_argmax(ir::Graph& graph);

/// Sorts no more than the first elements of an order need: those of the blocks whose own first
/// elements come first.
///
///   argsort(x)[:k]  ->  b = sort(argsort(amax(blocks(x)))[:k]),  c = the places in b's blocks,
///                       c[argsort(x[c])[:k]]
///
/// where the axis and k are known and that takes less time; blocks may be split again. Before
/// canonicalize, which puts the moves of the places in order.
bool split_argsort(ir::Graph& graph);

/// Brings equal meanings to equal forms.
///
///   f(c, x)                     ->  f(x, c)            f commutative, c constant, x not
///   reshape(reshape(x))         ->  reshape(x)
///   permute(permute(x, p), q)   ->  permute(x, [p[i] for i in q])
///   permute(x, p)               ->  reshape(x)         where p moves axes of size 1 alone
///   f(x)                        ->  x                  f moves or converts nothing: the identity
///   cast(cast(x, wider), own)   ->  x
///   f(expand(x), y)             ->  f(x, y)            f elementwise, of the same result
///   f(reshape(x), s)            ->  reshape(f(x, s))   f elementwise, s numbers; likewise expand
///   f(reshape(x), reshape(y))   ->  reshape(f(x, y))   x and y of the same shape
///
/// Before all that compares nodes; it makes chains of pointwise nodes meet.
bool canonicalize(ir::Graph& graph);

/// Computes nodes whose operands are all constant, by the op's reference, unless the result is
/// more than 64 KB larger than its operands.
bool fold_constants(ir::Graph& graph);

/// Rewrites that keep every bit, also of -0, NaN and infinities (but a sum of -0 alone is -0).
///
///   x * 1, x / 1, x - 0, x + (-0)  ->  x      (x + 0 loses the sign of -0: integers alone)
///   x * -1                         ->  neg(x)
///   x / c                          ->  x * (1 / c)  c a power of two
///   neg(neg(x))                    ->  x
///   f(f(x))                        ->  f(x)   f idempotent
///   (x + a) + b, (x * a) * b       ->  x + (a + b), x * (a * b)   integers alone
///   where(c, x, x)                 ->  x
///   sum(x), amax(x), ...           ->  x   or a reshape of it, along axes of one element
///
/// After canonicalize, which puts constants to the right.
bool simplify_algebra(ir::Graph& graph);

/// Keeps one of several nodes that have op, operands and attributes in common. Random ops, marks
/// of modules and structured nodes are never merged.
///
/// After canonicalize, which makes equal meaning equal text.
bool eliminate_common_subexpressions(ir::Graph& graph);

/// Finds GELU in its parts: one function costs a third of what they do.
///
///   x * (erf(x / sqrt 2) + 1) * 0.5                             ->  gelu(x) {approximate = none}
///   x * (tanh(sqrt(2 / pi) * (x + 0.044715 x^3)) + 1) * 0.5     ->  gelu(x) {approximate = tanh}
///
/// The factors in any order, the argument as any sums, products and powers of x, its constants to
/// the precision of f32. Of f32; nobody else reads the function or its sum.
///
/// After canonicalize, which puts constants to the right; before fold_batch_norm, which makes the
/// last factor part of the next product's weights.
bool recognize_gelu(ir::Graph& graph);

/// Finds rows that are normalised, so that one kernel reads each of them once from memory.
///
///   (x - mean(x)) * rsqrt(mean((x - mean(x))^2) + eps)  ->  layer_norm(x) {eps}
///   x * rsqrt(mean(x * x) + eps)                        ->  rms_norm(x) {eps}
///
/// Likewise x / sqrt(..). The means go along the last axis, whose size is known; nobody else reads
/// a part.
///
/// After canonicalize and the merging of equal nodes; before group.
bool recognize_norm(ir::Graph& graph);

/// Makes a product by numbers per channel part of the weights beside it, as a batch norm in eval
/// mode is one. s and t depend on parameters alone; f is conv, conv_transpose or linear, and its
/// result has no other use.
///
///   f(x, w, b) * s       ->  f(x, w * s, b * s)    along the axis of w that makes the channels
///   f(x, w, b) + t       ->  f(x, w, b + t)        likewise -
///   f(x * s, w, b)       ->  f(x, w * s, b)        along the axis of w that meets x's channels
///   f(x + t, w, b)       ->  f(x, w, b + sum(w * t))   conv without padding, linear
///
/// One number for all channels is no t where there is no b. The products are rounded in another
/// order. Not in `forward_train`. Before choose_layout.
bool fold_batch_norm(ir::Graph& graph);

/// Puts channels innermost where windows slide: P is the permute from channels last to channels
/// first, Q its inverse.
///
///   f(x, ...)                 ->  P(Q(f(P(Q(x)), ...)))      f a convolution or a pooling
///   g(P(x), P(y), c)          ->  P(g(x, y, c'))             g pointwise, cat, slice, softmax, ...
///   sum(P(x), axes)           ->  sum(x, axes')              and all reductions
///   linear(flatten(P(x)), w)  ->  linear(flatten(x), w')     w' the weight with its columns moved;
///                                                            likewise packed_linear
///   Q(P(x))                   ->  x
///   permute(reshape(permute(x)))  ->  permute(reshape(x))    or none, where the reshape joins axes
///                                                            that lie beside each other in x
///
/// and, for what reads channels last behind it, of at least 16 channels:
///
///   r(permute(x))             ->  P(r(x))                    r a reshape as above that ends in P
///   r(P(x))                   ->  P(r(x))                    r expand, index_select (resized)
///   norm by groups(P(x))      ->  P(the same by sums over pixels)    see norm_of_groups.h
///
/// A permute on each side stays with every f: group puts them into its kernel, which so sees data
/// and result with channels innermost. Others meet and vanish, or are copies at the inputs,
/// outputs and module boundaries, where values keep their logical order. A pool or a depthwise
/// convolution among values that all keep it stays as it is, and so do their planes.
bool choose_layout(ir::Graph& graph);
/// Multiplies the filters by numbers per channel of the image that they read, where filters are
/// fewer: squeeze and excite. s has one number for each of x's channels, and x * s no other use.
///
///   packed_conv(x * s, filters, b)  ->  packed_conv(x, filters * s', b)
///
/// The products are rounded in another order. Not in `forward_train`. After choose_layout, which
/// puts channels last; before split_prepare, which packs the filters at load time.
bool scale_filters(ir::Graph& graph, Notes& notes);

/// Makes zeros around an image, and crops of a result, part of the window that reads or makes it.
///
///   f(pad(x), ...)         ->  f(x, ...)       with so much more padding: f conv, and its gradient
///                                              for the weight, avg_pool; max_pool of -inf, or of
///                                              x that is nowhere below what it is padded with
///   slice(conv(x, w, b))   ->  conv(x, w, b)   with so much less padding; conv_transpose with so
///                                              much more; likewise pads of negative widths
///   pad(pad(x))            ->  pad(x)          of one value
///
/// All that read the pad take it, or none does; of a convolution the slice is the only reader. A
/// weight that is infinite or no number makes nothing of zeros any more. After fold_batch_norm,
/// which takes away what stands between the two; before trim_filters, which looks at the padding.
bool join_padding(ir::Graph& graph, Notes& notes);

/// Leaves out the outer taps of a convolution that see padding alone, wherever the window stands,
/// as those of a dilation wider than the image do.
///
///   conv(x, w, b)  ->  conv(x, slice(w), b)     with so much less padding
///
/// Of axes of known size. A weight that is infinite or no number there makes nothing of zeros any
/// more. After fold_batch_norm, which looks for parameters; before what looks for pixelwise
/// convolutions.
bool trim_filters(ir::Graph& graph);

/// Takes means over windows in front of a convolution that makes a pixel of one pixel, which then
/// has fewer to make: a mean of sums of products is the sum of products with means.
///
///   avg_pool(conv(x, w, b))  ->  conv(avg_pool(x), w, b)     1 x 1 taps, stride 1, no padding
///
/// The pool has strides, divides by the number of pixels that it adds up, and is all that reads the
/// convolution. The products are rounded in another order. Not in `forward_train`. After
/// fold_batch_norm, which takes away what stands between the two.
bool pool_before_conv(ir::Graph& graph);

/// Finds attention in its parts, so that one kernel computes it without storing the scores.
///
///   matmul(softmax(matmul(q, transpose(k))), v)  ->  attention(q, k, v)
///   matmul(v, transpose(softmax(...)))           ->  transpose(attention(q, k, transpose(v)))
///
/// and likewise a softmax over the rows of transposed scores. Between them may stand factors that
/// are numbers, also on q and k; one mask that is added or that fills with -inf; and the fill of
/// all keys after the query (`causal`), as data or as a comparison of indices. Of f32, with the
/// same axes in front, at most 4096 keys.
///
///   permute(reshape(slice(x)))  ->  slice(permute(reshape(x)))   of q, k, v, where heads are not
///   cut
///
/// After canonicalize and the merging of equal nodes; before choose_kernels, which takes products.
bool recognize_attention(ir::Program& program);

/// Makes one product of those that slices of a value have with the same weights: what the inputs of
/// a recurrent cell contribute to all its steps.
///
///   scan(x, w) { linear(x_t, w, b) }           ->  scan(linear(x, w, b)) { it }
///   linear(slice_t(x), w, b) for several t     ->  slice_t(linear(x, w, b))
///
/// and likewise matmul(x, w). The slices are rows: not of the last axis, and at least half of them
/// are used; a reshape may stand behind each.
///
/// After the merging of equal nodes; before recognize_gates, which leaves one product to a step.
bool batch_products(ir::Graph& graph, Notes& notes);

/// Finds a product whose columns are the gates of a recurrent cell, so that one kernel computes all
/// of them for a hidden unit and the unit's new state behind them.
///
///   slice_i(f(linear(x, w, b), y))  ->  f(packed_gates(x, pack_gates(w), b)[i], slice_i(y))
///
/// and likewise matmul(x, w). f: pointwise nodes that nobody else reads, maybe none. The slices cut
/// the last axis into equal parts, and pointwise nodes alone read them and make fewer values of
/// them.
///
/// Before choose_kernels, which takes products.
bool recognize_gates(ir::Graph& graph, const Machine& machine, Notes& notes);

/// Computes stretches of the graph item by item along the first axis, an image at a time or a few,
/// where what lies between their kernels then stays in a cache.
///
///   y = f(x, w)  ->  y = reshape(scan(reshape(x, [n / c, c, ...]), w) {f(x_t, w)}, [n, ...])
///
/// f: nodes that compute every item on its own, which is seen in their ops' algorithms. An estimate
/// weighs values that would go through far caches against weights that are read in every round, and
/// chooses where loops begin and end, and c. A number of items that is not known counts as 8, with
/// c = 1. In the plan of `forward` alone. Notes get a line for every loop.
///
/// Before choose_kernels, which so chooses for c items; after all that looks for parameters.
bool split_batch(ir::Graph& graph, const Machine& machine, Notes& notes);

/// Turns products and convolutions of f32 into the forms that fast kernels take: weights in panels
/// as wide as a register tile, images with channels innermost and padded.
///
///   linear(x, w, b)  ->  packed_linear(x, pack_panels(w), b)
///   linear(x, w, b)  ->  sum(x w) + b                               one column
///   matmul(a, b)     ->  packed_linear(a, pack_panels(b))
///   conv(x, w, b)    ->  permute(packed_conv(pad(permute(x)), pack_filters(w), b))
///   conv(x, w, b)    ->  permute(winograd_conv(permute(x), pack_winograd(w), b))     few taps
///   conv(x, w, b)    ->  permute(depthwise_conv(permute(x), pack_depthwise(w), b))   narrow groups
///   conv(x, w, b)    ->  sum(x w) + b                               one filter of one tap
///   conv(x, w, b)    ->  plane_conv(x, w, b)                        few channels and filters
///   conv(x, w, b)    ->  sum over t of slice_t(conv(x, w'))    few filters, wide: a filter for
///   every column t of taps
///   conv(x, w, b)    ->  conv(every s-th pixel of x, w, b)          one tap, short lines, few
///   registers
///   conv(x, w, b)    ->  places(conv(phases(x), w, b))              dilated, where Winograd pays
///   conv(x, w, b)    ->  volume(conv(cat(slices(x)), w', b))        of volumes, where Winograd
///   pays conv_transpose(x, w, b)  ->  conv of s * s times more channels, put in their places; or s
///   * s convolutions of its phases
///
/// A depthwise convolution stays where choose_layout leaves its planes as they are.
/// Narrow groups have as many filters as channels, and several of them fit into a vector; where
/// they have one of each, the convolution is depthwise. Other groups whose filters fill no vectors
/// get zeros behind them, and what these make is left out behind the convolution.
///
/// Winograd's way where an estimate says that it is faster, unless results have to be exact; a
/// tuning overrules estimates. Notes get a line for every choice.
///
/// Before split_prepare, which packs weights at load time.
bool choose_kernels(ir::Graph& graph, const Machine& machine, Notes& notes);

/// Moves what is the same in every round of a loop in front of it; out of a branch, which may not
/// run, what depends on parameters and constants alone.
///
///   scan(x, w) { f(w) }  ->  scan(x, f(w)) { it }
///
/// Views, data that only grow and layouts of an anchor's operand stay: a kernel reads through them.
///
/// After all that makes nodes of weights where they are used; before split_prepare, which then
/// finds them in front of the loop.
bool hoist_invariants(ir::Graph& graph);

/// Drops operands that no region reads, the second of two that are equal, and stacked results that
/// nobody needs.
///
///   scan(x, y, y) { f(x) }  ->  scan(x) { f(x) }
///
/// After hoist_invariants, which leaves such operands behind.
bool prune_regions(ir::Graph& graph);

/// Moves what depends on parameters and constants alone into the graph `prepare`, which runs when
/// a state_dict is loaded; `forward` and `forward_hooks` read `prepared {index}`.
///
/// What only grows (expand, a broadcast) or shares its operand's memory (reshape) stays where it
/// is read, and so does a permute that an anchor reads through: it is the layout in which the
/// kernel sees its operand. Parameters that are used as they are stay direct. Sizes that are not
/// known at load time cannot move. `forward_train` is left alone: its parameters change. In
/// `prepare`, what is made of the largest parameter comes first.
///
/// After all rules that make nodes of parameters; before group.
bool split_prepare(ir::Program& program);

/// Puts every node that computes into a group: an anchor with the pointwise nodes around it.
///
/// - An anchor (convolution, product, reduction, ...) takes the pointwise nodes behind it while
///   they keep its shape and nobody else needs what is between.
/// - A pointwise node whose uses are all in one group joins it, if the group reads every element
///   once, as a packing of weights does; a node without operands (`full`) is repeated in every
///   group that uses it, and so is an expand, but in front of products, convolutions and permutes.
/// - The gates of packed_gates take all that is computed of them, with several results.
/// - A permute in front of an anchor's operand is the layout in which the kernel reads it, also
///   with a reshape between; a permute right behind a convolution, product or pooling (or behind
///   pointwise nodes after attention) is the one in which it writes. Both join the anchor:
///   `permute -> conv -> permute` is a convolution of data whose channels are innermost.
/// - A convolution that a depthwise one or a pooling alone reads joins it: the kernel makes the
///   lines of a panel of channels as it needs them, unless they are too many for the cache, or fill
///   the tiles of few registers badly where those of the whole image would be full.
/// - Any other reshape stays outside: it shares memory.
/// - A body has at most 50 nodes and 12 operands. A constant of one value everywhere becomes a
///   `full` in the body, others are operands.
///
/// Operand i of a group is input i of its body, result i its output i; the attribute `family` says
/// what the body is built around. Notes get a line for every refused fusion.
///
/// Then no rule looks into bodies, but for place_parts.
bool group(ir::Graph& graph, const Machine& machine, Notes& notes);

/// Lets kernels write their results straight into their places in a cat.
///
///   group {cat(x, y)}  ->  cat(x, y)     x, y results of groups with {result_strides}
///
/// A cat in the graph computes nothing: it says where its operands lie in its own memory. Their
/// kernels write by its strides, the attribute `result_strides` of the body's last node, and other
/// kernels read them so, `strides` of a body's input. An operand that has to lie elsewhere (an
/// input, a parameter, what a reshape or a module's boundary reads, a part of another cat) is
/// copied into its place. A cat within a cat lies in the outermost. Sizes but the first are known.
///
/// After group.
bool place_parts(ir::Graph& graph);

/// Marks loops whose rows are computed each on its own, so that threads may take blocks of them
/// through all rounds and wait for nothing between: those whose kernels are packed products of as
/// many known rows, with nodes that stay within a row around them.
///
///   scan {group {packed_gates(x, w)} ..}
///       ->  scan {group {packed_gates(x, w) {row_blocks}} ..} {row_blocks}
///
/// A block is a tile's rows. Not where weights are so large that each thread had better read a part
/// of them. Notes get a line for either.
///
/// Last: of groups alone it is known what they read.
bool split_rows(ir::Graph& graph, const Machine& machine, Notes& notes);

}  // namespace lithe::passes
