#include "dsl/dim.h"

#include <algorithm>
#include <map>
#include <set>

#include "dsl/tracer.h"
#include "runtime/error.h"

namespace lithe {
namespace {

std::string str_of(const DimAtom& atom) {
    switch (atom.kind) {
        case DimAtom::Kind::symbol:
            return atom.name;
        case DimAtom::Kind::floor_div:
            return "floordiv(" + atom.left.str() + ", " + atom.right.str() + ")";
        case DimAtom::Kind::min:
            return "min(" + atom.left.str() + ", " + atom.right.str() + ")";
        case DimAtom::Kind::max:
            return "max(" + atom.left.str() + ", " + atom.right.str() + ")";
    }
    return {};
}

std::string key_of(const DimTerm& term) {
    std::string key;
    for (const DimAtom& atom : term.atoms) {
        if (!key.empty()) key += '*';
        key += str_of(atom);
    }
    return key;
}

std::vector<DimTerm> terms_of(const Dim& dim) {
    if (dim.expr()) return dim.expr()->terms;
    if (dim.is_constant(0)) return {};
    return {DimTerm{dim.constant(), {}}};
}

/// Sums equal products, drops zeros, and makes a plain integer where no symbol is left.
Dim from_terms(std::vector<DimTerm> terms) {
    std::map<std::string, DimTerm> sum;
    for (DimTerm& term : terms) {
        std::sort(term.atoms.begin(), term.atoms.end(),
                  [](const DimAtom& a, const DimAtom& b) { return str_of(a) < str_of(b); });
        auto [at, is_new] = sum.try_emplace(key_of(term), term);
        if (!is_new) at->second.coefficient += term.coefficient;
    }
    DimExpr expr;
    DimTerm constant;
    for (auto& [key, term] : sum) {
        if (term.coefficient == 0) continue;
        if (term.atoms.empty()) {
            constant = term;
        } else {
            expr.terms.push_back(std::move(term));
        }
    }
    if (expr.terms.empty()) return Dim(constant.coefficient);
    if (constant.coefficient != 0) expr.terms.push_back(constant);
    return Dim(std::make_shared<const DimExpr>(std::move(expr)));
}

Dim function_of(DimAtom::Kind kind, const Dim& a, const Dim& b) {
    DimAtom atom;
    atom.kind = kind;
    atom.left = a;
    atom.right = b;
    return from_terms({DimTerm{1, {atom}}});
}

int64_t floor_div(int64_t a, int64_t b) {
    const int64_t quotient = a / b;
    return quotient - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

std::optional<DimTerm> divide_term(DimTerm term, const DimTerm& by) {
    if (by.coefficient == 0 || term.coefficient % by.coefficient != 0) return {};
    term.coefficient /= by.coefficient;
    for (const DimAtom& atom : by.atoms) {
        const std::string text = str_of(atom);
        const auto at = std::find_if(term.atoms.begin(), term.atoms.end(),
                                     [&](const DimAtom& a) { return str_of(a) == text; });
        if (at == term.atoms.end()) return {};
        term.atoms.erase(at);
    }
    return term;
}

}  // namespace

Dim::Dim(std::shared_ptr<const DimExpr> expr) : expr_(std::move(expr)) {}

Dim Dim::symbol(std::string_view name) {
    DimAtom atom;
    atom.name = std::string(name);
    return from_terms({DimTerm{1, {atom}}});
}

int64_t Dim::constant() const {
    if (expr_) throw InternalError("dim.symbolic", "dim: '" + str() + "' is not a constant");
    return constant_;
}

int64_t Dim::escape() const {
    if (Tracer* tracer = Tracer::current()) return tracer->escape(*this);
    throw UserError("dim.symbolic",
                    "dim: the symbolic size '" + str() + "' has no value outside of a trace");
}

std::string Dim::str() const {
    if (!expr_) return std::to_string(constant_);
    std::string text;
    for (const DimTerm& term : expr_->terms) {
        const bool negative = term.coefficient < 0;
        const uint64_t magnitude = negative ? 0 - static_cast<uint64_t>(term.coefficient)
                                            : static_cast<uint64_t>(term.coefficient);
        if (text.empty()) {
            if (negative) text += '-';
        } else {
            text += negative ? " - " : " + ";
        }
        const std::string key = key_of(term);
        if (key.empty()) {
            text += std::to_string(magnitude);
        } else {
            text += magnitude == 1 ? key : std::to_string(magnitude) + "*" + key;
        }
    }
    return text;
}

std::vector<std::string> Dim::symbols() const {
    std::set<std::string> names;
    for (const DimTerm& term : terms_of(*this)) {
        for (const DimAtom& atom : term.atoms) {
            if (atom.kind == DimAtom::Kind::symbol) {
                names.insert(atom.name);
                continue;
            }
            for (const std::string& name : atom.left.symbols()) names.insert(name);
            for (const std::string& name : atom.right.symbols()) names.insert(name);
        }
    }
    return {names.begin(), names.end()};
}

Dim Dim::substitute(const std::function<std::optional<Dim>(const std::string&)>& value_of) const {
    if (!expr_) return *this;
    Dim sum = 0;
    for (const DimTerm& term : expr_->terms) {
        Dim product = term.coefficient;
        for (const DimAtom& atom : term.atoms) {
            Dim factor;
            switch (atom.kind) {
                case DimAtom::Kind::symbol:
                    factor = value_of(atom.name).value_or(Dim::symbol(atom.name));
                    break;
                case DimAtom::Kind::floor_div:
                    factor =
                        floor_div(atom.left.substitute(value_of), atom.right.substitute(value_of));
                    break;
                case DimAtom::Kind::min:
                    factor = min(atom.left.substitute(value_of), atom.right.substitute(value_of));
                    break;
                case DimAtom::Kind::max:
                    factor = max(atom.left.substitute(value_of), atom.right.substitute(value_of));
                    break;
            }
            product = product * factor;
        }
        sum = sum + product;
    }
    return sum;
}

std::optional<int64_t> Dim::evaluate(
    const std::function<std::optional<int64_t>(const std::string&)>& value_of) const {
    const Dim value = substitute([&](const std::string& name) -> std::optional<Dim> {
        const std::optional<int64_t> known = value_of(name);
        return known ? std::optional<Dim>(Dim(*known)) : std::nullopt;
    });
    if (!value.is_constant()) return {};
    return value.constant();
}

namespace detail {

Dim add(const Dim& a, const Dim& b) {
    if (a.is_constant() && b.is_constant()) return Dim(a.constant() + b.constant());
    std::vector<DimTerm> terms = terms_of(a);
    for (DimTerm& term : terms_of(b)) terms.push_back(std::move(term));
    return from_terms(std::move(terms));
}

Dim subtract(const Dim& a, const Dim& b) { return add(a, multiply(b, Dim(-1))); }

Dim multiply(const Dim& a, const Dim& b) {
    if (a.is_constant() && b.is_constant()) return Dim(a.constant() * b.constant());
    std::vector<DimTerm> terms;
    for (const DimTerm& left : terms_of(a)) {
        for (const DimTerm& right : terms_of(b)) {
            DimTerm term{left.coefficient * right.coefficient, left.atoms};
            term.atoms.insert(term.atoms.end(), right.atoms.begin(), right.atoms.end());
            terms.push_back(std::move(term));
        }
    }
    return from_terms(std::move(terms));
}

}  // namespace detail

std::optional<Dim> divide_exactly(const Dim& a, const Dim& b) {
    if (b.is_constant(0)) return {};
    if (same(a, b)) return Dim(1);
    const std::vector<DimTerm> by = terms_of(b);
    if (by.size() != 1) return {};
    std::vector<DimTerm> terms;
    for (const DimTerm& term : terms_of(a)) {
        std::optional<DimTerm> quotient = divide_term(term, by[0]);
        if (!quotient) return {};
        terms.push_back(std::move(*quotient));
    }
    return from_terms(std::move(terms));
}

Dim floor_div(const Dim& a, const Dim& b) {
    if (b.is_constant(0)) throw UserError("dim.division", "dim: division of " + a.str() + " by 0");
    if (a.is_constant() && b.is_constant()) return Dim(floor_div(a.constant(), b.constant()));
    if (std::optional<Dim> exact = divide_exactly(a, b)) return *exact;
    if (!b.is_constant() || b.constant() < 0) {
        return function_of(DimAtom::Kind::floor_div, a, b);
    }
    // floordiv(c*x + y, c) = x + floordiv(y, c); of the constant only the remainder stays inside.
    std::vector<DimTerm> outside, inside;
    const int64_t divisor = b.constant();
    for (DimTerm term : terms_of(a)) {
        const int64_t whole = floor_div(term.coefficient, divisor);
        if (term.atoms.empty()) {
            outside.push_back({whole, {}});
            inside.push_back({term.coefficient - whole * divisor, {}});
        } else if (term.coefficient % divisor == 0) {
            outside.push_back({whole, term.atoms});
        } else {
            inside.push_back(std::move(term));
        }
    }
    const Dim rest = from_terms(std::move(inside));
    const Dim whole = from_terms(std::move(outside));
    if (rest.is_constant()) return whole + Dim(floor_div(rest.constant(), divisor));
    return whole + function_of(DimAtom::Kind::floor_div, rest, b);
}

Dim ceil_div(const Dim& a, const Dim& b) { return floor_div(a + b - 1, b); }

Dim modulo(const Dim& a, const Dim& b) { return a - b * floor_div(a, b); }

Dim min(const Dim& a, const Dim& b) {
    if (same(a, b)) return a;
    const Dim difference = a - b;
    if (difference.is_constant()) return difference.constant() < 0 ? a : b;
    return a.str() < b.str() ? function_of(DimAtom::Kind::min, a, b)
                             : function_of(DimAtom::Kind::min, b, a);
}

Dim max(const Dim& a, const Dim& b) {
    if (same(a, b)) return a;
    const Dim difference = a - b;
    if (difference.is_constant()) return difference.constant() < 0 ? b : a;
    return a.str() < b.str() ? function_of(DimAtom::Kind::max, a, b)
                             : function_of(DimAtom::Kind::max, b, a);
}

bool same(const Dim& a, const Dim& b) {
    if (a.is_constant() != b.is_constant()) return false;
    return a.is_constant() ? a.constant() == b.constant() : a.str() == b.str();
}

bool same(const Shape& a, const Shape& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Dim& x, const Dim& y) { return same(x, y); });
}

Shape Shape::slice(size_t begin, std::optional<size_t> count) const {
    if (begin > size() || count.value_or(0) > size() - begin) {
        throw UserError("shape.slice", "shape: " + (count ? std::to_string(*count) + " " : "") +
                                           "sizes from " + std::to_string(begin) + " on of " +
                                           str(*this));
    }
    const auto first = cbegin() + static_cast<difference_type>(begin);
    return {first, count ? first + static_cast<difference_type>(*count) : cend()};
}

bool is_constant(const Shape& shape) {
    return std::all_of(shape.begin(), shape.end(), [](const Dim& d) { return d.is_constant(); });
}

Sizes constant_sizes(const Shape& shape) {
    Sizes sizes;
    for (const Dim& dim : shape) sizes.push_back(dim.constant());
    return sizes;
}

Dim product(const Shape& shape) {
    Dim result = 1;
    for (const Dim& dim : shape) result = result * dim;
    return result;
}

std::string str(const Shape& shape) {
    std::string text = "[";
    for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + shape[i].str();
    return text + "]";
}

Shape to_shape(const Sizes& sizes) { return {sizes.begin(), sizes.end()}; }

}  // namespace lithe
