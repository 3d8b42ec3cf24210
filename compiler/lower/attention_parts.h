#pragma once

#include <limits>

#include "compiler/lower/body.h"

namespace lithe::lower {

/// The score of a pair that is left out. Finite, for outside of strict_float LLVM may drop a choice
/// of an infinity that it sees; a query without any key is told by its maximum.
inline constexpr float lowest_score = std::numeric_limits<float>::lowest();

/// The body's attention, if there are nothing but layouts in front of it and elementwise nodes
/// behind.
const ir::Node* attention_of(const ir::Graph& body);

/// Where the result's axes are in the group's: by a permute behind, if there is one. Empty: not so.
Shape order_of_attention(const ir::Graph& body, const ir::Node& anchor);

/// Whether the group is an attention of f32 whose result keeps its last axis; else says why not.
bool is_attention(const ir::Node& group, std::string& why);

/// Vars of the axes in front, from the inside outwards.
std::vector<Halide::Var> attention_lead(int rank);

/// Vars or coordinates in Halide's order: those given, then the axes in front.
template <class T>
std::vector<T> with_lead(std::vector<T> first, const std::vector<Halide::Var>& lead) {
    first.insert(first.end(), lead.begin(), lead.end());
    return first;
}

/// Elements of an attention's operands at coordinates `lead` of the axes in front, which are
/// `attention_lead`'s. Heads that were split by reshapes, permutes and slices are read where
/// they lie.
class AttentionOperands {
public:
    /// `unit`: what a score of 1 counts.
    AttentionOperands(Body& body, const ir::Node& anchor, std::vector<Halide::Var> lead,
                      float unit = 1)
        : body_(body), anchor_(anchor), lead_(std::move(lead)), unit_(unit) {}

    /// Element [lead.., a, b] of operand i.
    Halide::Expr element(int i, const Halide::Expr& a, const Halide::Expr& b) const;
    /// Whether elements [lead.., a, b] and [lead.., a, b + 1] of operand i lie side by side.
    bool is_dense(int i) const;
    /// A score with what the mask makes of it; `is_later`: the key comes after the query.
    Halide::Expr masked(const Halide::Expr& score, const Halide::Expr& is_later,
                        const Halide::Expr& row, const Halide::Expr& key) const;

private:
    Body& body_;
    const ir::Node& anchor_;
    std::vector<Halide::Var> lead_;
    float unit_;
};

}  // namespace lithe::lower
