#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lithe {

struct DimExpr;

/// A size: an integer, or an integer expression over named sizes such as `N` or `2*T + 1`.
///
/// Expressions are kept as canonical sums of products, so equal meaning is equal text. The
/// operators are those of the integers; `/` is floor division. A `Dim` converts to `int64_t`;
/// where it is symbolic, the conversion asks the running trace for its value (see Tracer::escape).
class Dim {
public:
    Dim() = default;
    template <std::integral T>
    Dim(T value) : constant_(static_cast<int64_t>(value)) {}

    static Dim symbol(std::string_view name);
    /// Parses what str() prints. Errors: dim.syntax.
    static Dim parse(std::string_view text);

    bool is_constant() const { return !expr_; }
    bool is_constant(int64_t value) const { return !expr_ && constant_ == value; }
    /// The value of a constant size. Errors: an internal error where it is symbolic.
    int64_t constant() const;
    operator int64_t() const { return expr_ ? escape() : constant_; }

    std::string str() const;
    std::vector<std::string> symbols() const;
    /// The value under an assignment of the symbols; nothing where a symbol has none.
    std::optional<int64_t> evaluate(
        const std::function<std::optional<int64_t>(const std::string&)>& value_of) const;
    Dim substitute(const std::function<std::optional<Dim>(const std::string&)>& value_of) const;

    const DimExpr* expr() const { return expr_.get(); }
    explicit Dim(std::shared_ptr<const DimExpr> expr);

private:
    int64_t escape() const;

    int64_t constant_ = 0;
    std::shared_ptr<const DimExpr> expr_;
};

/// What a product is made of: a named size, or a function of two sizes.
struct DimAtom {
    enum class Kind : uint8_t { symbol, floor_div, min, max };
    Kind kind = Kind::symbol;
    std::string name;
    Dim left, right;
};

/// `coefficient * product of atoms`; the atoms are sorted by their text.
struct DimTerm {
    int64_t coefficient = 0;
    std::vector<DimAtom> atoms;
};

/// A sum of terms, sorted by text, without zeros; a term without atoms is the constant.
struct DimExpr {
    std::vector<DimTerm> terms;
};

namespace detail {
Dim add(const Dim& a, const Dim& b);
Dim subtract(const Dim& a, const Dim& b);
Dim multiply(const Dim& a, const Dim& b);
}  // namespace detail

Dim floor_div(const Dim& a, const Dim& b);
Dim ceil_div(const Dim& a, const Dim& b);
Dim modulo(const Dim& a, const Dim& b);
Dim min(const Dim& a, const Dim& b);
Dim max(const Dim& a, const Dim& b);
/// a / b where b divides a in every assignment, nothing where that cannot be seen.
std::optional<Dim> divide_exactly(const Dim& a, const Dim& b);

/// Structural equality: `N` equals `N`; `N` does not equal `3`, even if the trace's N is 3.
bool same(const Dim& a, const Dim& b);

template <class T>
concept DimLike = std::same_as<T, Dim> || std::integral<T>;
template <class A, class B>
concept DimPair = (std::same_as<A, Dim> && DimLike<B>) || (std::same_as<B, Dim> && DimLike<A>);

// Templates, so that `dim + 1` has one best match beside the built-in operators.
template <class A, class B>
    requires DimPair<A, B>
Dim operator+(const A& a, const B& b) {
    return detail::add(Dim(a), Dim(b));
}
template <class A, class B>
    requires DimPair<A, B>
Dim operator-(const A& a, const B& b) {
    return detail::subtract(Dim(a), Dim(b));
}
template <class A, class B>
    requires DimPair<A, B>
Dim operator*(const A& a, const B& b) {
    return detail::multiply(Dim(a), Dim(b));
}
template <class A, class B>
    requires DimPair<A, B>
Dim operator/(const A& a, const B& b) {
    return floor_div(Dim(a), Dim(b));
}
template <class A, class B>
    requires DimPair<A, B>
Dim operator%(const A& a, const B& b) {
    return modulo(Dim(a), Dim(b));
}
inline Dim operator-(const Dim& a) { return Dim(0) - a; }
template <DimLike T>
Dim& operator+=(Dim& a, const T& b) {
    return a = a + b;
}
template <DimLike T>
Dim& operator-=(Dim& a, const T& b) {
    return a = a - b;
}
template <DimLike T>
Dim& operator*=(Dim& a, const T& b) {
    return a = a * b;
}

// Comparisons of symbolic sizes are decided by the text where it suffices, else by an escape.
template <class A, class B>
    requires DimPair<A, B>
bool operator==(const A& a, const B& b) {
    return same(Dim(a), Dim(b)) || static_cast<int64_t>(Dim(a) - Dim(b)) == 0;
}
template <class A, class B>
    requires DimPair<A, B>
bool operator<(const A& a, const B& b) {
    return static_cast<int64_t>(Dim(a) - Dim(b)) < 0;
}
template <class A, class B>
    requires DimPair<A, B>
bool operator>(const A& a, const B& b) {
    return b < a;
}
template <class A, class B>
    requires DimPair<A, B>
bool operator<=(const A& a, const B& b) {
    return !(b < a);
}
template <class A, class B>
    requires DimPair<A, B>
bool operator>=(const A& a, const B& b) {
    return !(a < b);
}

using Sizes = std::vector<int64_t>;

/// The sizes of a tensor, outermost first.
/// Walks the sizes of a temporary, which it keeps, so that `x.sizes().begin()` and
/// `x.sizes().end()` are the ends of one list.
class KeptSizes {
public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = Dim;
    using difference_type = std::ptrdiff_t;
    using pointer = const Dim*;
    using reference = const Dim&;

    KeptSizes() = default;
    KeptSizes(std::shared_ptr<const std::vector<Dim>> sizes, difference_type at)
        : sizes_(std::move(sizes)), at_(at) {}

    reference operator*() const { return (*sizes_)[static_cast<size_t>(at_)]; }
    pointer operator->() const { return &**this; }
    reference operator[](difference_type n) const { return *(*this + n); }
    KeptSizes& operator+=(difference_type n) {
        at_ += n;
        return *this;
    }
    KeptSizes& operator-=(difference_type n) { return *this += -n; }
    KeptSizes& operator++() { return *this += 1; }
    KeptSizes& operator--() { return *this -= 1; }
    KeptSizes operator++(int) { return {sizes_, at_++}; }
    KeptSizes operator--(int) { return {sizes_, at_--}; }
    friend KeptSizes operator+(KeptSizes i, difference_type n) { return i += n; }
    friend KeptSizes operator+(difference_type n, KeptSizes i) { return i += n; }
    friend KeptSizes operator-(KeptSizes i, difference_type n) { return i -= n; }
    friend difference_type operator-(const KeptSizes& a, const KeptSizes& b) {
        return a.at_ - b.at_;
    }
    friend bool operator==(const KeptSizes& a, const KeptSizes& b) { return a.at_ == b.at_; }
    friend auto operator<=>(const KeptSizes& a, const KeptSizes& b) { return a.at_ <=> b.at_; }

private:
    std::shared_ptr<const std::vector<Dim>> sizes_;
    difference_type at_ = 0;
};

class Shape : public std::vector<Dim> {
public:
    using std::vector<Dim>::vector;
    Shape() = default;
    Shape(const Sizes& sizes) : std::vector<Dim>(sizes.begin(), sizes.end()) {}
    Shape(std::vector<Dim> dims) : std::vector<Dim>(std::move(dims)) {}

    iterator begin() & { return std::vector<Dim>::begin(); }
    iterator end() & { return std::vector<Dim>::end(); }
    const_iterator begin() const& { return std::vector<Dim>::begin(); }
    const_iterator end() const& { return std::vector<Dim>::end(); }
    KeptSizes begin() && { return {kept(), 0}; }
    KeptSizes end() && { return {kept(), static_cast<std::ptrdiff_t>(size())}; }
    /// `count` sizes from `begin` on, or all that follow. Errors: shape.slice.
    Shape slice(size_t begin, std::optional<size_t> count = {}) const;
    /// As plain numbers; where one is symbolic, the running trace is asked for it.
    Sizes vec() const { return {begin(), end()}; }

private:
    std::shared_ptr<const std::vector<Dim>> kept() const {
        return std::make_shared<const std::vector<Dim>>(*this);
    }
};

/// A shape as authors hand it over: `{N, -1}`, one size alone, a `Shape`, or integers kept in a
/// vector.
class ShapeArg : public Shape {
public:
    ShapeArg() = default;
    ShapeArg(std::initializer_list<Dim> sizes) : Shape(sizes) {}
    ShapeArg(Shape sizes) : Shape(std::move(sizes)) {}
    ShapeArg(const Sizes& sizes) : Shape(sizes.begin(), sizes.end()) {}
    template <DimLike T>
    ShapeArg(const T& size) : Shape{Dim(size)} {}

    const Shape& shape() const { return *this; }
};

bool same(const Shape& a, const Shape& b);
bool is_constant(const Shape& shape);
/// The sizes of a shape without symbols.
Sizes constant_sizes(const Shape& shape);
Dim product(const Shape& shape);
/// `[2, N, 3]`
std::string str(const Shape& shape);
Shape to_shape(const Sizes& sizes);

}  // namespace lithe
