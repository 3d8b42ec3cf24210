// Products of several axes: attention and Einstein sums.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "dsl/ops.h"
#include "dsl/random.h"
#include "runtime/error.h"

namespace lithe {

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options) {
    Tensor k = key, v = value;
    if (options.enable_gqa) {
        const int64_t repeats = query.size(-3) / key.size(-3);
        k = repeat_interleave(k, repeats, -3);
        v = repeat_interleave(v, repeats, -3);
    }
    const double scale = options.scale.value_or(
        1 / std::sqrt(static_cast<double>(query.size(-1).operator int64_t())));
    Tensor scores = matmul(query * scale, transpose(k, -2, -1));
    constexpr double none = -std::numeric_limits<double>::infinity();
    if (options.is_causal) {
        const Tensor row = unsqueeze(arange(query.size(-2)), 1), column = arange(key.size(-2));
        scores = masked_fill(scores, column > row, none);
    }
    // A row of nothing gives 0, not NaN: it attends to everything, and its result is dropped.
    Tensor is_empty;
    if (options.mask.defined() && options.mask.dtype() == DType::boolean) {
        is_empty = logical_not(any(options.mask, -1, /*keepdim=*/true));
        scores = masked_fill(scores, logical_not(logical_or(options.mask, is_empty)), none);
    } else if (options.mask.defined()) {
        is_empty = eq(amax(options.mask.detach(), -1, /*keepdim=*/true), none);
        scores = scores + masked_fill(options.mask, is_empty, 0);
    }
    Tensor weights = softmax(scores, -1);
    if (options.dropout > 0) weights = dropout(weights, options.dropout, true);
    const Tensor y = matmul(weights, v);
    return is_empty.defined() ? masked_fill(y, is_empty, 0) : y;
}

Tensor mm(const Tensor& a, const Tensor& b) {
    if (a.dim() == 2 && b.dim() == 2) return matmul(a, b);
    throw UserError("mm.rank",
                    "mm: expected two matrices, got " + a.type().str() + " and " + b.type().str());
}

Tensor bmm(const Tensor& a, const Tensor& b) {
    if (a.dim() == 3 && b.dim() == 3) return matmul(a, b);
    throw UserError("bmm.rank", "bmm: expected two batches of matrices, got " + a.type().str() +
                                    " and " + b.type().str());
}

Tensor dot(const Tensor& a, const Tensor& b) {
    if (a.dim() == 1 && b.dim() == 1) return matmul(a, b);
    throw UserError("dot.rank",
                    "dot: expected two vectors, got " + a.type().str() + " and " + b.type().str());
}

Tensor outer(const Tensor& a, const Tensor& b) { return unsqueeze(a, 1) * unsqueeze(b, 0); }

Tensor bilinear(const Tensor& a, const Tensor& b, const Tensor& weight, const Tensor& bias) {
    const Tensor y = einsum("...i,kij,...j->...k", {a, weight, b});
    return bias.defined() ? y + bias : y;
}

namespace {

/// The letters of one operand or of the result; an ellipsis stands for as many axes as are left.
std::string expanded_letters(const std::string& term, int64_t rank, int64_t ellipsis_rank) {
    std::string letters;
    for (size_t i = 0; i < term.size(); ++i) {
        if (term[i] == ' ') continue;
        if (term.compare(i, 3, "...") == 0) {
            const int64_t named =
                rank < 0 ? 0
                         : static_cast<int64_t>(std::count_if(term.begin(), term.end(), ::isalpha));
            const int64_t count = rank < 0 ? ellipsis_rank : rank - named;
            for (int64_t k = ellipsis_rank - count; k < ellipsis_rank; ++k)
                letters += static_cast<char>('0' + k);
            i += 2;
            continue;
        }
        letters += term[i];
    }
    return letters;
}

/// The operand with one axis for each letter of `order`, size 1 where it has none.
Tensor aligned(Tensor x, std::string letters, const std::string& order) {
    for (size_t i = 0; i < letters.size(); ++i) {  // a repeated letter takes the diagonal
        const size_t again = letters.find(letters[i], i + 1);
        if (again == std::string::npos) continue;
        const char letter = letters[i];
        x = diagonal(x, 0, static_cast<int64_t>(i), static_cast<int64_t>(again));
        letters.erase(again, 1);
        letters.erase(i, 1);
        letters += letter;
        i = static_cast<size_t>(-1);
    }
    Sizes perm;
    Shape shape;
    for (const char letter : order) {
        const size_t at = letters.find(letter);
        shape.push_back(at == std::string::npos ? Dim(1) : x.size(static_cast<int64_t>(at)));
        if (at != std::string::npos) perm.push_back(static_cast<int64_t>(at));
    }
    return reshape(permute(x, perm), shape);
}

struct Equation {
    std::vector<std::string> operands;
    std::string result;
};

Equation parse_equation(const std::string& text, const Tensors& operands) {
    const auto fail = [&](const std::string& what) {
        return UserError("einsum.equation", "einsum: " + what + " in '" + text + "'");
    };
    const size_t arrow = text.find("->");
    const std::string inputs = text.substr(0, arrow);
    std::vector<std::string> terms;
    for (size_t begin = 0; begin <= inputs.size();) {
        const size_t end = std::min(inputs.find(',', begin), inputs.size());
        terms.push_back(inputs.substr(begin, end - begin));
        begin = end + 1;
    }
    if (terms.size() != operands.size()) {
        throw fail(std::to_string(terms.size()) + " operands for " +
                   std::to_string(operands.size()) + " tensors");
    }
    int64_t ellipsis_rank = 0;
    for (size_t i = 0; i < terms.size(); ++i) {
        if (terms[i].find("...") == std::string::npos) continue;
        const auto named = std::count_if(terms[i].begin(), terms[i].end(), ::isalpha);
        ellipsis_rank = std::max<int64_t>(ellipsis_rank, operands[i].dim() - named);
    }
    Equation equation;
    std::map<char, int> uses;
    for (size_t i = 0; i < terms.size(); ++i) {
        equation.operands.push_back(expanded_letters(terms[i], operands[i].dim(), ellipsis_rank));
        if (static_cast<int64_t>(equation.operands[i].size()) != operands[i].dim()) {
            throw fail("operand " + std::to_string(i) + " does not name the axes of " +
                       operands[i].type().str());
        }
        for (const char letter : equation.operands[i]) ++uses[letter];
    }
    if (arrow != std::string::npos) {
        equation.result = expanded_letters(text.substr(arrow + 2), -1, ellipsis_rank);
        for (const char letter : equation.result) {
            if (!uses.contains(letter))
                throw fail(std::string("result axis '") + letter + "' is in no operand");
        }
        return equation;
    }
    for (const auto& [letter, count] : uses) {  // sorted; digits are the ellipsis and come first
        if (count == 1 || ::isdigit(letter)) equation.result += letter;
    }
    return equation;
}

/// Sums a product of two operands aligned to `order` by one batched matrix product where both
/// carry a summed letter; `kept` are the letters that are needed later.
Tensor contract(const Tensor& a, const Tensor& b, const std::string& order,
                const std::string& kept) {
    // Axes by role: batch, rows, columns, summed.
    const auto has = [](const Tensor& x, size_t axis) {
        return !x.size(static_cast<int64_t>(axis)).is_constant(1);
    };
    std::vector<size_t> axes[4];
    Tensor left = a, right = b;
    for (size_t i = 0; i < order.size(); ++i) {
        const bool in_a = has(a, i), in_b = has(b, i),
                   keep = kept.find(order[i]) != std::string::npos;
        if (!keep && !(in_a && in_b)) {
            if (in_a) left = sum(left, static_cast<int64_t>(i), true);
            if (in_b) right = sum(right, static_cast<int64_t>(i), true);
            axes[0].push_back(i);
        } else if (!keep) {
            axes[3].push_back(i);
        } else {
            axes[in_a && in_b ? 0 : in_a ? 1 : in_b ? 2 : 0].push_back(i);
        }
    }
    if (axes[3].empty()) return left * right;
    const auto grouped = [&](const Tensor& x, int rows, int columns, bool rows_last) {
        Sizes order_axes;
        Shape shape;
        for (const size_t i : axes[0]) {
            order_axes.push_back(static_cast<int64_t>(i));
            shape.push_back(x.size(static_cast<int64_t>(i)));
        }
        for (const int group : {rows, columns}) {
            Dim size = 1;
            for (const size_t i : axes[group]) {
                order_axes.push_back(static_cast<int64_t>(i));
                size = size * x.size(static_cast<int64_t>(i));
            }
            shape.push_back(size);
        }
        const int other = rows_last ? 1 : 2;  // the letters that x does not carry
        for (const size_t i : axes[other]) order_axes.push_back(static_cast<int64_t>(i));
        return reshape(permute(x, order_axes), shape);
    };
    const Tensor product = matmul(grouped(left, 1, 3, false), grouped(right, 3, 2, true));
    Shape full;
    std::vector<size_t> place;
    for (const size_t i : axes[0]) {
        full.push_back(product.size(static_cast<int64_t>(full.size())));
        place.push_back(i);
    }
    for (const int group : {1, 2, 3}) {
        for (const size_t i : axes[group]) {
            full.push_back(group == 1   ? left.size(static_cast<int64_t>(i))
                           : group == 2 ? right.size(static_cast<int64_t>(i))
                                        : Dim(1));
            place.push_back(i);
        }
    }
    Sizes back(order.size());
    for (size_t k = 0; k < place.size(); ++k) back[place[k]] = static_cast<int64_t>(k);
    return permute(reshape(product, full), back);
}

}  // namespace

Tensor einsum(const std::string& text, const Tensors& operands) {
    if (operands.empty())
        throw UserError("einsum.operands", "einsum: expected at least one tensor, got 0");
    const Equation equation = parse_equation(text, operands);
    std::string order = equation.result;
    for (const std::string& letters : equation.operands) {
        for (const char letter : letters) {
            if (order.find(letter) == std::string::npos) order += letter;
        }
    }
    Tensor y = aligned(operands[0], equation.operands[0], order);
    for (size_t i = 1; i < operands.size(); ++i) {
        std::string kept = equation.result;
        for (size_t k = i + 1; k < operands.size(); ++k) kept += equation.operands[k];
        y = contract(y, aligned(operands[i], equation.operands[i], order), order, kept);
    }
    Sizes rest;
    for (size_t i = equation.result.size(); i < order.size(); ++i)
        rest.push_back(static_cast<int64_t>(i));
    if (rest.empty()) return y;
    Shape shape;
    for (size_t i = 0; i < equation.result.size(); ++i)
        shape.push_back(y.size(static_cast<int64_t>(i)));
    return reshape(sum(y, rest, /*keepdim=*/true), shape);
}

}  // namespace lithe
