#include <array>

#include "dsl/lower_math.h"
#include "dsl/lower_math_wide.h"

namespace lithe::lower_math {

using detail::bits;
using detail::call_c;
using detail::float_of;
using detail::is_f64;
using detail::polynomial;
using detail::strict;
using detail::u32;
using detail::u64;

namespace {

/// |x| = (quadrant + fraction / 2^62) pi/2 with |fraction| <= 2^61, the quadrant modulo 4.
struct Turns {
    Expr quadrant;  ///< uint64
    Expr fraction;  ///< int64
};

/// x = quadrant pi/2 + r with |r| <= pi/4, the quadrant modulo 4.
struct Quarter {
    Expr quadrant;  ///< int32
    Expr r;
};

/// From here on x has so many quadrants that `reduce_quarter` would lose digits.
constexpr float large = 0x1p23f;

/// Word `index + offset` of the binary digits of 2/pi, after one word of zeros; index is 0..4.
Expr word_of_two_over_pi(const Expr& index, int offset) {
    constexpr std::array<uint32_t, 9> words = {0,           0xA2F9836Eu, 0x4E441529u,
                                               0xFC2757D1u, 0xF534DDC0u, 0xDB629599u,
                                               0x3C439041u, 0xFE5163ABu, 0xDEBBC561u};
    Expr word = u32(words[static_cast<size_t>(offset) + 4]);
    for (int i = 3; i >= 0; --i) {
        word = select(index == i, u32(words[static_cast<size_t>(offset + i)]), word);
    }
    return word;
}

/// The reduction of Payne and Hanek: x = m 2^(e - 150), and of 2/pi only those digits matter that
/// m 2^(e - 150) does not move above the quadrant's two bits; 96 of them are kept.
Turns turns_of(const Expr& x) {
    const Expr magnitude = bits(x) & 0x7FFFFFFF;
    const Expr exponent = max(magnitude >> 23, 120);
    const Expr mantissa =
        Halide::cast<uint64_t>(Halide::cast<uint32_t>((magnitude & 0x7FFFFF) | 0x800000));
    // The first kept digit of 2/pi has the weight 2^(152 - e) or more; `skip` counts from the
    // 32 zeros in front.
    const Expr skip = Halide::cast<uint32_t>(exponent - 152 + 32);
    const Expr index = Halide::cast<int32_t>(skip >> 5);
    const Expr shift = Halide::cast<uint64_t>(skip & u32(31));
    const auto pair = [&](int i) {
        const Expr high = Halide::cast<uint64_t>(word_of_two_over_pi(index, i));
        const Expr low = Halide::cast<uint64_t>(word_of_two_over_pi(index, i + 1));
        return (((high << 32) | low) << shift) >> 32;  // 32 digits
    };
    const Expr product =
        ((mantissa * pair(0)) << 32) + mantissa * pair(1) + ((mantissa * pair(2)) >> 32);
    // Two bits of quadrant, then the fraction; round to the nearest quadrant.
    const Expr quadrant = (product + u64(uint64_t(1) << 61)) >> 62;
    return {quadrant, Halide::reinterpret<int64_t>(product - (quadrant << 62))};
}

/// Below pi/4, where x is its own remainder.
Expr is_small(const Expr& x) { return (bits(x) & 0x7FFFFFFF) < bits(Expr(0.785398163f)); }

/// The remainder in radians, without sign of x: a double, since floats near a multiple of pi/2
/// leave a small part of the fraction, all of whose digits count.
Expr radians_of(const Expr& fraction) {
    return Halide::cast<double>(fraction) * detail::f64(1.5707963267948966 * 0x1p-62);
}

/// The reduction of Cody and Waite, for |x| < large: half of pi in two parts, of which the first
/// has so few digits that its product with the quadrant is exact.
Quarter reduce_quarter(const Expr& x) {
    const Expr magic = detail::f64(0x1.8p52);
    const Expr wide = detail::wide(x);
    const Expr shifted = wide * detail::f64(0.63661977236758134) + magic;
    const Expr count = shifted - magic;
    const Expr r =
        (wide - count * detail::f64(0x1.921fb54p0)) - count * detail::f64(0x1.10b4611a62633p-30);
    return {Halide::cast<int32_t>(Halide::reinterpret<int64_t>(shifted) & detail::i64(3)),
            Halide::cast<float>(r)};
}

Expr sine_of_quarter(const Expr& r, const Expr& quadrant) {
    const Expr s = r * r;
    const Expr sine =
        r +
        r * (s * polynomial(s, {-0.166666672f, 0.00833338033f, -0.000198534952f, 2.83719669e-06f}));
    const Expr cosine =
        1.f - (0.5f * s - s * s * polynomial(s, {0.0416666456f, -0.00138873095f, 2.44323237e-05f}));
    const Expr value = select((quadrant & 1) == 0, sine, cosine);
    return select((quadrant & 2) == 0, value, value * -1.f);
}

/// `value`, but `rare` where the condition holds. Of vectors, compiler/lower/rare_values.cpp asks
/// whether it holds anywhere, and computes `rare` then alone.
Expr unless(const Expr& is_rare, const Expr& rare, const Expr& value) {
    using Halide::Internal::Call;
    return Call::make(value.type(), Call::if_then_else, {is_rare, rare, value},
                      Call::PureIntrinsic);
}

/// `value`, but what C's function gives where |x| is large, infinite or NaN.
Expr unless_large(const Expr& x, const char* function, const Expr& value) {
    const Expr is_large = (bits(x) & 0x7FFFFFFF) >= bits(Expr(large));
    const Expr exact = Halide::cast<float>(call_c(function, {detail::wide(x)}));
    return strict(unless(is_large, exact, value));
}

/// x - x is NaN for NaN and the infinities.
Expr passing_nan(const Expr& x, const Expr& value) {
    const Expr finite = (bits(x) & 0x7FFFFFFF) < 0x7F800000;
    return strict(select(finite, value, x - x));
}

}  // namespace

Expr sin(const Expr& x) {
    if (is_f64(x)) return call_c("sin", {x});
    const auto [quadrant, r] = reduce_quarter(x);
    return unless_large(x, "sin", select(x == 0.f, x, sine_of_quarter(r, quadrant)));
}

Expr cos(const Expr& x) {
    if (is_f64(x)) return call_c("cos", {x});
    const auto [quadrant, r] = reduce_quarter(x);
    return unless_large(x, "cos", sine_of_quarter(r, quadrant + 1));
}

// sin r / cos r in doubles; in odd quadrants -cos r / sin r.
Expr tan(const Expr& x) {
    if (is_f64(x)) return call_c("tan", {x});
    const auto [quadrant, fraction] = turns_of(x);
    const Expr small = is_small(x);
    const Expr reduced = radians_of(fraction);
    const Expr r =
        select(small, detail::wide(x), detail::wide_copy_sign(reduced, reduced * detail::wide(x)));
    const Expr s = r * r;
    const Expr sine =
        r * polynomial(s, {0.9999999999956731, -0.16666666631591165, 0.00833332878245888,
                           -0.000198392022122311, 2.7173456841089953e-06});
    const Expr cosine =
        polynomial(s, {0.9999999999999444, -0.49999999999351113, 0.04166666654391119,
                       -0.0013888880393776424, 2.4798928755323667e-05, -2.717342984102282e-07});
    const Expr is_odd = !small && (quadrant & u64(1)) == u64(1);
    const Expr y = select(is_odd, cosine * detail::f64(-1) / sine, sine / cosine);
    return passing_nan(x, select(x == 0.f, x, Halide::cast<float>(y)));
}

}  // namespace lithe::lower_math
