#include "compiler/trace/solve_sizes.h"

#include <algorithm>
#include <cmath>

namespace lithe::tracing {
namespace {

std::string refusal(const ir::Node& node, const std::string& what) {
    return "trace: forward() does not generalise over the named sizes: in " +
           std::string(node.name()) + ", " + what +
           "; keep sizes as Dim, or fix the size in the inputs";
}

/// What all have besides a number that escaped: `2*H` of `2*H + 12` and `2*H + 15`.
std::optional<Dim> common_part(const std::vector<Dim>& seen) {
    if (seen[0].is_constant()) return {};
    Dim number(0);
    for (const DimTerm& term : seen[0].expr()->terms) {
        if (term.atoms.empty()) number = Dim(term.coefficient);
    }
    const bool differ_by_numbers = std::all_of(
        seen.begin(), seen.end(), [&](const Dim& dim) { return (dim - seen[0]).is_constant(); });
    return differ_by_numbers ? std::optional(seen[0] - number) : std::nullopt;
}

/// Whether a : b is c : d, up to the rounding of doubles.
bool are_in_proportion(double a, double b, double c, double d) {
    return std::abs(a * d - b * c) <= 1e-12 * std::abs(b * c);
}

}  // namespace

Dim SizeSolver::solve(std::vector<Dim> seen, const ir::Node& node, const std::string& what) const {
    const bool are_equal =
        std::all_of(seen.begin(), seen.end(), [&](const Dim& dim) { return same(dim, seen[0]); });
    if (!seen[0].is_constant() && are_equal) return seen[0];
    if (const std::optional<Dim> common = common_part(seen)) {
        for (Dim& dim : seen) dim = dim - *common;
        return *common + solve(std::move(seen), node, what);
    }
    // Where a size meets a number that escaped from it, either may be left: a sample of 1
    // broadcasts, others do not.
    const std::vector<Dim> written = seen;
    for (size_t i = 0; i < seen.size(); ++i) {
        const auto value = value_at(seen[i], i);
        if (!value) fail(written, node, what);
        seen[i] = Dim(*value);
    }
    if (const std::optional<Dim> result = sum(seen)) return *result;
    if (const std::optional<Dim> result = product(seen)) return *result;
    // Tokens beside those of a grid: `1 + (H/4)*(W/4)`.
    for (const int64_t more : {1, 2, 3, 4, -1, -2}) {
        std::vector<Dim> rest;
        for (const Dim& dim : seen) rest.push_back(dim - more);
        if (const std::optional<Dim> result = product(rest)) return *result + more;
    }
    if (recordings_.size() >= least_for_parts) {
        if (const std::optional<Dim> result = part(seen)) return *result;
    }
    fail(written, node, what);
}

void SizeSolver::fail(const std::vector<Dim>& seen, const ir::Node& node,
                      const std::string& what) const {
    std::string values;
    for (size_t i = 0; i < std::min(seen.size(), most_told); ++i) {
        values += (i ? ", " : "") + seen[i].str() + " at " + sizes_text(i);
    }
    const std::string line = line_of(node);
    throw Unsolved("trace.not_general", refusal(node, what + " is " + values),
                   line.empty() ? "" : "  at " + line);
}

void SizeSolver::refuse(const ir::Node& node, const std::string& what) const {
    const std::string line = line_of(node);
    throw UserError("trace.not_general", refusal(node, what), line.empty() ? "" : "  at " + line);
}

/// A constant has no line of its own: that of its first user.
std::string SizeSolver::line_of(const ir::Node& node) const {
    if (!node.line.empty()) return node.line;
    for (const auto& user : recordings_[0].graph->nodes()) {
        const bool uses = std::any_of(user->inputs().begin(), user->inputs().end(),
                                      [&](const ir::Value& in) { return in.node == &node; });
        if (uses && !user->line.empty()) return user->line;
    }
    return {};
}

std::string SizeSolver::sizes_text(size_t recording) const {
    std::string text;
    for (const auto& [name, value] : recordings_[recording].samples) {
        text += (text.empty() ? "" : ", ") + name + "=" + std::to_string(value);
    }
    return text;
}

bool SizeSolver::explains(const Dim& result, const std::vector<Dim>& seen) const {
    for (size_t i = 0; i < seen.size(); ++i) {
        const auto value = value_at(result, i);
        if (!value || *value != seen[i].constant()) return false;
    }
    return true;
}

/// A sum with one term for every size that it depends on: a multiple of the size, of one that
/// escaped, or an even part of it; or a size that escaped as it is.
std::optional<Dim> SizeSolver::sum(const std::vector<Dim>& seen) const {
    Dim multiples = seen[0];
    for (size_t s = 0; s < symbols_.size(); ++s) {
        const std::optional<Dim> term = term_of(s, seen, Dim::symbol(symbols_[s]));
        if (term) multiples = multiples + *term;
    }
    if (explains(multiples, seen)) return multiples;
    for (const Dim& size : recordings_[0].escaped) {
        if (explains(size, seen)) return size;
    }
    return sum_from(0, seen[0], seen);
}

/// `so_far` and terms of the sizes from number s on; tries them in turn.
std::optional<Dim> SizeSolver::sum_from(size_t s, const Dim& so_far,
                                        const std::vector<Dim>& seen) const {
    if (s == symbols_.size()) {
        return explains(so_far, seen) ? std::optional(so_far) : std::nullopt;
    }
    if (same(seen[s + 1], seen[0])) return sum_from(s + 1, so_far, seen);
    const Dim symbol = Dim::symbol(symbols_[s]);
    std::vector<Dim> parts{symbol};
    const int64_t change = seen[s + 1].constant() - seen[0].constant();
    const int64_t step = sample(s + 1, s) - sample(0, s);
    if (step % change == 0) parts.push_back(floor_div(symbol, step / change));
    for (const Dim& size : escaped_of(s)) parts.push_back(size);
    for (const Dim& part : parts) {
        const std::optional<Dim> term = term_of(s, seen, part);
        if (!term) continue;
        if (auto result = sum_from(s + 1, so_far + *term, seen)) return result;
    }
    return {};
}

/// The multiple of `part` that grows with size s as the numbers seen do, 0 at the base.
std::optional<Dim> SizeSolver::term_of(size_t s, const std::vector<Dim>& seen,
                                       const Dim& part) const {
    const int64_t change = seen[s + 1].constant() - seen[0].constant();
    const auto before = value_at(part, 0), after = value_at(part, s + 1);
    if (!before || !after || *after == *before || change % (*after - *before) != 0) return {};
    return (part - *before) * Dim(change / (*after - *before));
}

/// The sizes that escaped and depend on size s alone.
std::vector<Dim> SizeSolver::escaped_of(size_t s) const {
    std::vector<Dim> result;
    for (const Dim& size : recordings_[0].escaped) {
        const auto names = size.symbols();
        if (names.size() == 1 && *names.begin() == symbols_[s]) result.push_back(size);
    }
    return result;
}

/// A multiple of a product with one factor for every size that it depends on: `12*N*T`,
/// `N*(H/2)*(W/2)`, `N*(T + 1)`, `T*T`.
std::optional<Dim> SizeSolver::product(const std::vector<Dim>& seen) const {
    std::vector<double> numbers;
    for (const Dim& dim : seen) numbers.push_back(static_cast<double>(dim.constant()));
    return product_from(0, Dim(1), numbers, [&](const Dim& size) -> std::optional<Dim> {
        const std::optional<int64_t> at_base = value_at(size, 0);
        if (!at_base || *at_base == 0 || seen[0].constant() % *at_base != 0) return {};
        const Dim result = size * Dim(seen[0].constant() / *at_base);
        return explains(result, seen) ? std::optional(result) : std::nullopt;
    });
}

/// What is accepted of `so_far` times factors of the sizes from number s on; tries them in turn.
std::optional<Dim> SizeSolver::product_from(size_t s, const Dim& so_far,
                                            const std::vector<double>& seen,
                                            const Accept& accept) const {
    if (s == symbols_.size()) return accept(so_far);
    if (seen[s + 1] == seen[0]) return product_from(s + 1, so_far, seen, accept);
    for (const Dim& factor : factors_of(s, seen)) {
        if (auto result = product_from(s + 1, so_far * factor, seen, accept)) return result;
    }
    return {};
}

/// What grows with size s as the numbers seen do, the likeliest first.
std::vector<Dim> SizeSolver::factors_of(size_t s, const std::vector<double>& seen) const {
    const Dim symbol = Dim::symbol(symbols_[s]);
    std::vector<Dim> candidates{symbol};
    for (const Dim& size : escaped_of(s)) candidates.push_back(size);
    for (const int64_t divisor : {2, 3, 4, 5, 6, 7, 8, 10, 14, 16, 28, 32})
        candidates.push_back(floor_div(symbol, divisor));
    for (const int64_t distance : {1, 2, 3, 4}) {
        candidates.push_back(symbol + distance);
        candidates.push_back(symbol - distance);
    }
    for (const int64_t next : {1, -1}) {  // pairs, with or without an element and itself
        candidates.push_back(floor_div(symbol * (symbol + next), 2));
    }
    const size_t single = 1 + escaped_of(s).size();
    for (size_t i = 0; i < single; ++i) candidates.push_back(candidates[i] * candidates[i]);
    std::vector<Dim> result;
    for (const Dim& factor : candidates) {
        const auto before = value_at(factor, 0), after = value_at(factor, s + 1);
        if (!before || !after || *before <= 0) continue;
        if (are_in_proportion(seen[s + 1], seen[0], static_cast<double>(*after),
                              static_cast<double>(*before))) {
            result.push_back(factor);
        }
    }
    return result;
}

bool SizeSolver::is_multiple(const std::vector<double>& seen, const Dim& size) const {
    const auto base = value_at(size, 0);
    for (size_t r = 0; r < seen.size(); ++r) {
        const auto value = value_at(size, r);
        if (!base || !value || *base == 0 ||
            !are_in_proportion(seen[r], seen[0], static_cast<double>(*value),
                               static_cast<double>(*base))) {
            return false;
        }
    }
    return true;
}

std::optional<SizeNumber> SizeSolver::number(const std::vector<double>& seen) const {
    const bool have_one_sign = std::all_of(seen.begin(), seen.end(), [&](double value) {
        return std::isfinite(value) && value * seen[0] > 0;
    });
    if (!have_one_sign) return {};
    for (const double exponent : {1.0, -1.0, 0.5, -0.5}) {
        std::vector<double> sizes;
        for (const double value : seen) sizes.push_back(std::pow(std::abs(value), 1 / exponent));
        const auto accept = [&](const Dim& size) {
            return is_multiple(sizes, size) ? std::optional(size) : std::nullopt;
        };
        if (const std::optional<Dim> size = product_from(0, Dim(1), sizes, accept)) {
            const double at_base = std::pow(static_cast<double>(*value_at(*size, 0)), exponent);
            return SizeNumber{.factor = seen[0] / at_base, .size = *size, .exponent = exponent};
        }
    }
    for (const Known& size : known_sizes()) {
        const auto log_at = [&](size_t r) { return std::log(static_cast<double>(size.values[r])); };
        bool fits = true;
        for (size_t r = 0; r < seen.size() && fits; ++r) {
            fits = size.values[r] > 1 && are_in_proportion(seen[r], seen[0], log_at(r), log_at(0));
        }
        if (fits) {
            return SizeNumber{.factor = seen[0] / log_at(0),
                              .size = size.size,
                              .function = SizeNumber::Function::log};
        }
    }
    return {};
}

std::optional<SizeSolver::Known> SizeSolver::known(const Dim& size) const {
    Known result{size, {}};
    for (size_t r = 0; r < recordings_.size(); ++r) {
        const auto value = value_at(size, r);
        if (!value) return {};
        result.values.push_back(*value);
    }
    return result;
}

/// The named sizes and those that escaped.
std::vector<SizeSolver::Known> SizeSolver::known_sizes() const {
    std::vector<Dim> sizes;
    for (const std::string& name : symbols_) sizes.push_back(Dim::symbol(name));
    sizes.insert(sizes.end(), recordings_[0].escaped.begin(), recordings_[0].escaped.end());
    std::vector<Known> result;
    for (const Dim& size : sizes) {
        if (const std::optional<Known> one = known(size)) result.push_back(*one);
    }
    return result;
}

std::optional<int64_t> SizeSolver::value_at(const Dim& dim, size_t recording) const {
    return dim.evaluate([&](const std::string& name) -> std::optional<int64_t> {
        return recordings_[recording].samples.at(name);
    });
}

int64_t SizeSolver::sample(size_t recording, size_t symbol) const {
    return recordings_[recording].samples.at(symbols_[symbol]);
}

}  // namespace lithe::tracing
