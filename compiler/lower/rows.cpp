// Sums, maxima, ... along the innermost axes: rows of numbers. Every row is reduced in lanes, four
// vectors of them, which are folded in a fixed tree: the result depends on no thread count. Rows
// that fill no vector are the lanes themselves: a vector has the results of as many rows.
//
// Takes reductions whose axes are innermost, and what normalises rows: softmax, log_softmax.
#include <algorithm>
#include <functional>

#include "compiler/lower/families.h"
#include "compiler/lower/parallel.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::RVar;
using Halide::TailStrategy;
using Halide::Var;

/// Whether a reduction's axes are the last ones of its operand.
bool reduces_innermost(const ir::Node& node) {
    const int rank = node.input(0).type().rank();
    const Sizes axes = node.attrs().get_ints("axes");
    for (size_t i = 0; i < axes.size(); ++i) {
        if (axes[i] != rank - static_cast<int64_t>(axes.size() - i)) return false;
    }
    return !axes.empty();
}

/// One operand of the result's shape, and the axis along which rows go is the last.
bool normalises_rows(const ir::Node& node) {
    return node.attrs().has("axis") && node.input_count() == 1 && node.types().size() == 1 &&
           node.op().lower && same(node.type(), node.input(0).type()) &&
           is_floating(node.type().dtype) && node.attrs().get_int("axis") == node.type().rank() - 1;
}

const ir::Node* anchor_of(const ir::Graph& body) {
    const ir::Node* anchor = nullptr;
    for (const auto& node : body.nodes()) {
        if (node->is("input")) continue;
        const bool is_row =
            node->is(Trait::reduction) ? reduces_innermost(*node) : normalises_rows(*node);
        if (!node->is(Trait::elementwise) && is_row && !anchor) {
            anchor = node.get();
        } else if (!node->is(Trait::elementwise) || node->types().size() != 1) {
            return nullptr;
        }
    }
    return anchor;
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Node* anchor = anchor_of(*group.body());
    const bool fits =
        anchor && group.types().size() == 1 && same(group.type().shape, anchor->type().shape);
    if (!fits) why = "rows: not one reduction of innermost axes with elementwise nodes around it";
    return fits;
}

class Schedule {
public:
    Schedule(const ir::Node& group, Body& body)
        : body_(body), anchor_(*anchor_of(body.graph())), type_(group.type()) {}

    void run() {
        if (has_short_rows()) return run_short();
        body_.reduce_with([this](Reduce kind, const Coords& extents, const ReduceBody& value) {
            return in_lanes(kind, extents, value);
        });
        body_.keep_with(
            [this](const Expr& extent, const EachBody& value) { return in_a_row(extent, value); });
        body_.define_rest();
        Func out = body_.output();
        body_.bind_output(out, type_);
        out.compute_root();
        const int inner = type_.rank() - 1;
        const bool is_row = !anchor_.is(Trait::reduction);
        const int row_axis = is_row && inner > 0 ? inner - 1 : inner;
        body_.bound_axes(out, type_);
        const Dim length = row_length();
        const int64_t cost = length.is_constant() ? length.constant() : 64;
        // A single row or a single sum: its reductions come first.
        const bool whole = inner < 0 || (is_row && inner == 0);
        for (Func& f : parts_) {
            if (whole) {
                f.compute_root().store_in(Halide::MemoryType::Stack);
            } else {
                f.compute_at(out, Body::axis_var(row_axis)).store_in(Halide::MemoryType::Stack);
            }
        }
        if (is_row) vectorize_row(out, Body::axis_var(inner));
        if (!whole) parallel_outer(body_, out, type_, is_row ? 4 : cost);
    }

private:
    /// The results without axes of one element at the end, which are no loops.
    TensorType looped() const {
        TensorType type = type_;
        while (type.rank() > 1 && type.shape.back().is_constant(1)) type.shape.pop_back();
        return type;
    }

    /// Rows of a few elements, and results that fill vectors.
    bool has_short_rows() const {
        constexpr int64_t longest = 7;
        const Dim length = row_length();
        if (!anchor_.is(Trait::reduction) || type_.rank() == 0 || !length.is_constant()) {
            return false;
        }
        const Dim results = looped().shape.back();
        const int lanes = body_.target().lanes(static_cast<int>(size_bytes(type_.dtype)));
        const bool has_lanes = !results.is_constant() || results.constant() >= lanes;
        return length.constant() >= 1 && length.constant() <= longest && has_lanes;
    }

    void run_short() {
        body_.reduce_with([](Reduce kind, const Coords& extents, const ReduceBody& value) {
            return in_order(kind, extents, value);
        });
        body_.define_rest();
        Func out = body_.output();
        body_.bind_output(out, type_);
        out.compute_root();
        body_.bound_axes(out, type_);
        const int64_t step = vectorize_inner(body_, out, looped());
        parallel_outer(body_, out, looped(), row_length().constant(), step);
    }

    /// One element after the other.
    static Expr in_order(Reduce kind, const Coords& extents, const ReduceBody& value) {
        std::vector<Coords> all{{}};
        for (const Expr& extent : extents) {
            std::vector<Coords> longer;
            for (const Coords& index : all) {
                for (int i = 0; i < extent.as<Halide::Internal::IntImm>()->value; ++i) {
                    longer.push_back(index);
                    longer.back().emplace_back(i);
                }
            }
            all = std::move(longer);
        }
        Expr total = reduce_identity(kind, value(all[0]).type());
        for (const Coords& index : all) total = reduce_step(kind, total, value(index));
        return total;
    }

    Dim row_length() const {
        const Shape& shape = anchor_.input(0).type().shape;
        if (!anchor_.is(Trait::reduction)) return shape.back();
        const size_t count = anchor_.attrs().get_shape("axes").size();
        return product(Shape(shape.end() - static_cast<std::ptrdiff_t>(count), shape.end()));
    }

    void vectorize_row(Func& out, const Var& x) {
        const int lanes = body_.target().lanes(static_cast<int>(size_bytes(type_.dtype)));
        const Dim& length = type_.shape.back();
        if (length.is_constant() && length.constant() < lanes) return;
        out.vectorize(x, lanes, TailStrategy::GuardWithIf);
    }

    bool depends_on_place(const FreeVars& free) const {
        const std::string inner = Body::axis_var(type_.rank() - 1).name();
        return std::any_of(free.parameters.begin(), free.parameters.end(),
                           [&](const Var& v) { return v.name() == inner; });
    }

    /// What a Func depends on beside `own`.
    struct Others {
        std::vector<Var> parameters;
        std::vector<Expr> arguments;

        Others(const FreeVars& free, const Var& own) {
            for (size_t i = 0; i < free.parameters.size(); ++i) {
                if (free.parameters[i].name() == own.name()) continue;
                parameters.push_back(free.parameters[i]);
                arguments.push_back(free.arguments[i]);
            }
        }
    };

    /// The coordinates or parameters of a Func, its own first.
    template <class First, class Rest>
    static std::vector<First> before(const First& first, const std::vector<Rest>& rest) {
        std::vector<First> all{first};
        all.insert(all.end(), rest.begin(), rest.end());
        return all;
    }

    /// The values of a row that fits in the second-level cache, and on the stack.
    EachBody in_a_row(const Expr& extent, const EachBody& value) {
        constexpr int64_t most_bytes = 224 << 10;
        const auto* length = extent.as<Halide::Internal::IntImm>();
        const Var place("place");
        const Expr each = value(place);
        const FreeVars free = free_vars(each);
        if (!length || length->value * each.type().bytes() > most_bytes || depends_on_place(free)) {
            return value;
        }
        const Others rows(free, place);
        Func kept("kept");
        kept(before(place, rows.parameters)) = Halide::Internal::substitute(free.renamed, each);
        const int vector = body_.target().lanes(each.type().bytes());
        if (length->value >= vector) kept.vectorize(place, vector, TailStrategy::GuardWithIf);
        parts_.push_back(kept);
        return [kept, arguments = rows.arguments](const Expr& index) {
            return Expr(kept(before(index, arguments)));
        };
    }

    /// The elements behind the last whole chunk of a row, and how one is added to a lane.
    struct Rest {
        std::function<Expr(Expr)> element;
        std::function<void(const Expr& lane, const Expr& value)> add;
    };

    /// Adds what is behind the last whole chunk without a guard, so that lanes stay in registers:
    /// whole vectors, then the row's last vector, of which those lanes count that are new.
    static void add_rest(Func& part, int64_t length, int all, int vector, const Rest& rest,
                         const Expr& identity) {
        const int size = static_cast<int>(length), begin = size / all * all;
        const int whole = (size - begin) / vector * vector, last = size % vector;
        if (whole > 0) {
            const RDom lane(0, whole);
            rest.add(lane, rest.element(begin + lane));
            const RVar outer("outer"), inner("inner");
            Halide::Stage stage = part.update(part.num_update_definitions() - 1);
            stage.split(lane, outer, inner, vector).vectorize(inner).unroll(outer);
        }
        if (last > 0) {
            const RDom lane(0, vector);
            const Expr value = rest.element(size - vector + lane);
            rest.add(whole + lane, select(lane >= vector - last, value, identity));
            part.update(part.num_update_definitions() - 1).vectorize(lane);
        }
    }

    /// Half a vector on the other half, down to one lane.
    Func folded(Reduce kind, Func fold, int vector, const Var& lane, const std::vector<Var>& rows) {
        const auto with = [&](const Expr& first) { return before(first, rows); };
        for (int half = vector / 2; half >= 1; half /= 2) {
            parts_.push_back(fold);
            Func next("fold");
            next(before(lane, rows)) = reduce_step(kind, fold(with(lane)), fold(with(lane + half)));
            next.bound_extent(lane, half);
            if (half > 1) next.vectorize(lane, half);
            fold = next;
        }
        parts_.push_back(fold);
        return fold;
    }

    Expr in_lanes(Reduce kind, const Coords& extents, const ReduceBody& value) {
        Expr length = 1;
        for (const Expr& extent : extents) length = length * extent;
        length = Halide::Internal::simplify(length);
        const auto element = [&](Expr flat) {
            Coords index(extents.size());
            for (size_t i = extents.size(); i-- > 0;) {
                index[i] = i == 0 ? flat : flat % extents[i];
                flat = flat / extents[i];
            }
            return value(index);
        };
        const Var lane("lane");
        const Halide::Type type = value(Coords(extents.size(), Expr(0))).type();
        const int vector = body_.target().lanes(type.bytes());
        const auto* constant = length.as<Halide::Internal::IntImm>();
        const int vectors = constant && constant->value < 4 * vector ? 1 : 4;
        const int all = vectors * vector;

        const Expr chunks = Halide::Internal::simplify(length / all);
        const Expr rest = Halide::Internal::simplify(length % all);
        const RDom chunk(0, chunks);
        const Expr in_chunk = element(chunk * all + lane);
        const FreeVars free = free_vars(in_chunk, chunk);
        if (!anchor_.is(Trait::reduction) && depends_on_place(free)) {  // a scan: no rows to share
            return reduce_in_place(kind, extents, value);
        }
        const Others others(free, lane);
        const std::vector<Var>& rows = others.parameters;
        const auto with = [&](const Expr& first) { return before(first, rows); };
        const auto renamed = [&](const Expr& e) {
            return Halide::Internal::substitute(free.renamed, e);
        };
        Func part("part"), fold("fold"), total("total");
        const std::vector<Var> lane_first = before(lane, rows);
        part(lane_first) = reduce_identity(kind, type);
        part(lane_first) = reduce_step(kind, part(with(lane)), renamed(in_chunk));
        const Rest behind = {element, [&](const Expr& at, const Expr& e) {
                                 part(with(at)) = reduce_step(kind, part(with(at)), renamed(e));
                             }};
        if (constant && constant->value >= vector) {
            add_rest(part, constant->value, all, vector, behind, reduce_identity(kind, type));
        } else if (!Halide::Internal::is_const_zero(rest)) {
            RDom tail(0, all);
            tail.where(chunks * all + tail < length);
            behind.add(tail, element(chunks * all + tail));
            RVar outer("outer"), inner("inner");
            part.update(1).split(tail, outer, inner, vector).vectorize(inner);
        }
        std::vector<Expr> values;
        for (int i = 0; i < vectors; ++i) values.push_back(part(with(lane + i * vector)));
        fold(lane_first) = fold_pairs(kind, values);

        part.bound_extent(lane, all).vectorize(lane, vector).unroll(lane);
        part.update(0).reorder(lane, chunk).vectorize(lane, vector).unroll(lane);
        fold.bound_extent(lane, vector).vectorize(lane, vector);
        parts_.push_back(part);
        total(rows) = folded(kind, fold, vector, lane, rows)(with(0));
        parts_.push_back(total);
        return total(others.arguments);
    }

    Body& body_;
    const ir::Node& anchor_;
    const TensorType& type_;
    std::vector<Func> parts_;
};

void schedule(const ir::Node& group, Body& body) { Schedule(group, body).run(); }

}  // namespace

const Family rows_family = {.name = "rows", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
