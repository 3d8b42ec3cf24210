// The gates of a recurrent cell: sums of products for all gates of some hidden units at once, in
// registers, then what makes the units' new state of them.
#include <algorithm>

#include "compiler/lower/anchor.h"
#include "compiler/lower/families.h"
#include "compiler/lower/product.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::Var;

ir::Node* anchor_of(const ir::Graph& body) {
    for (const auto& node : body.nodes()) {
        if (node->is("packed_gates")) return node.get();
    }
    return nullptr;
}

/// Nodes that compute element by element, or read an operand in place.
bool is_plain(const ir::Node& node) {
    const bool is_move = node.is(Trait::injective) && node.input_count() <= 1;
    return node.is("input") ||
           (node.types().size() == 1 && (node.is(Trait::elementwise) || is_move));
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Graph& body = *group.body();
    const ir::Node* anchor = anchor_of(body);
    const bool is_around_gates =
        anchor && std::all_of(body.nodes().begin(), body.nodes().end(), [&](const auto& node) {
            return node.get() == anchor || is_plain(*node);
        });
    const bool fits =
        is_around_gates &&
        std::all_of(group.types().begin(), group.types().end(),
                    [&](const TensorType& type) { return same(type.shape, anchor->type().shape); });
    if (!fits) why = "gates: not the gates of a cell and results of their shape";
    return fits;
}

class Gates : public Product {
public:
    Gates(Body& body, ir::Node& anchor)
        : Product(body, anchor),
          node_(anchor),
          count_(static_cast<int>(anchor.types().size())),
          turns_(static_cast<int>(anchor.input(1).type().size(1).constant())) {}

private:
    double sum_length() const override { return count_ * Product::sum_length(); }

    std::vector<Axis> more_axes() const override { return {{gate_, count_, turns_}}; }

    void define() override {
        const Expr n = Body::axis_var(rank() - 1);
        const int of_turn = count_ / turns_;
        sum({body().size(anchor().input(0).type().shape.back())}, [&](const Coords& k) {
            Coords row;
            for (int axis = 0; axis + 1 < rank(); ++axis) row.emplace_back(Body::axis_var(axis));
            row.push_back(k[0]);
            return body().at(anchor().input(0), row) *
                   body().at(anchor().input(1),
                             {n / width(), gate_ / of_turn, k[0], gate_ % of_turn, n % width()});
        });
        const std::vector<Var> vars = Body::vars(rank());
        for (int i = 0; i < count_; ++i) {
            std::vector<Expr> at(vars.begin(), vars.end());
            at.emplace_back(i);
            Expr y = tile()(at);
            if (anchor().input_count() > 2) {
                const Expr columns = body().size(anchor().attrs().get_dim("columns"));
                y = strict_float(y + body().at(anchor().input(2), {i * columns + n}));
            }
            Func gate("gate");
            gate(vars) = y;
            body().define(node_.value(i), gate);
        }
        body().define_rest();
    }

    /// One Func of several values, so that all are computed in one pass over the tile.
    Func result() override {
        const size_t results = body().graph().outputs.size();
        if (results == 1) return body().output();
        const std::vector<Var> vars = Body::vars(rank());
        std::vector<Expr> values;
        for (size_t i = 0; i < results; ++i) {
            values.push_back(body().output(static_cast<int>(i))(vars));
        }
        Func all("results");
        all(vars) = Halide::Tuple(values);
        return all;
    }

    ir::Node& node_;
    int count_, turns_;
    Var gate_{"gate"};
};

void schedule(const ir::Node&, Body& body) { Gates(body, *anchor_of(body.graph())).run(); }

}  // namespace

const Family gates_family = {
    .name = "gates", .takes_row_blocks = true, .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
