#include "compiler/lower/masked_stores.h"

#include <bit>
#include <optional>

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Internal::Block;
using Halide::Internal::Broadcast;
using Halide::Internal::IRMutator;
using Halide::Internal::LE;
using Halide::Internal::LetStmt;
using Halide::Internal::Ramp;
using Halide::Internal::Shuffle;
using Halide::Internal::Stmt;
using Halide::Internal::Store;
using Halide::Internal::Variable;

/// How many lanes the predicate takes, where these are the first ones of a known number: what
/// Halide has simplified is `lanes <= last`.
std::optional<int64_t> first_lanes(const Expr& predicate) {
    const auto* within = predicate.as<LE>();
    const auto* lanes = within ? within->a.as<Ramp>() : nullptr;
    const auto* last = within ? within->b.as<Broadcast>() : nullptr;
    if (!lanes || !last || !Halide::Internal::is_const_one(lanes->stride)) return {};
    return as_const_int(Halide::Internal::simplify(last->value - lanes->base + 1));
}

class Splitter : public IRMutator {
    using IRMutator::visit;

    Stmt visit(const Store* store) override {
        const auto* place = store->index.as<Ramp>();
        const std::optional<int64_t> count = first_lanes(store->predicate);
        const bool is_dense = place && Halide::Internal::is_const_one(place->stride);
        if (!is_dense || !count || *count < 1 || *count >= store->value.type().lanes())
            return store;
        const std::string name = Halide::Internal::unique_name("masked");
        const Expr value = Variable::make(store->value.type(), name);
        std::vector<Stmt> stores;
        for (int begin = 0, left = static_cast<int>(*count); left > 0;) {
            const int lanes = static_cast<int>(std::bit_floor(static_cast<unsigned>(left)));
            const Expr first = place->base + begin;
            stores.push_back(Store::make(store->name,
                                         lanes == 1 ? Shuffle::make_extract_element(value, begin)
                                                    : Shuffle::make_slice(value, begin, 1, lanes),
                                         lanes == 1 ? first : Ramp::make(first, 1, lanes),
                                         store->param, Halide::Internal::const_true(lanes),
                                         Halide::Internal::ModulusRemainder()));
            begin += lanes;
            left -= lanes;
        }
        return LetStmt::make(name, store->value, Block::make(stores));
    }
};

}  // namespace

void split_masked_stores(Halide::Pipeline& pipeline, const Target& target) {
    const bool has_cheap_masks = target.halide.find("avx512") != std::string::npos;
    if (!has_cheap_masks) pipeline.add_custom_lowering_pass(new Splitter);
}

}  // namespace lithe::lower
