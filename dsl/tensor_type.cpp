#include "dsl/tensor_type.h"

#include <algorithm>

#include "runtime/error.h"

namespace lithe {

std::string TensorType::str() const { return std::string(name(dtype)) + lithe::str(shape); }

TensorType TensorType::parse(std::string_view text) {
    auto fail = [&](const std::string& what) -> UserError {
        return UserError("type.syntax", "type: " + what + " in '" + std::string(text) + "'");
    };
    const size_t open = text.find('[');
    if (open == std::string_view::npos || text.back() != ']') {
        throw fail("expected dtype[sizes]");
    }
    TensorType type;
    const std::optional<DType> dtype = dtype_from_name(text.substr(0, open));
    if (!dtype) throw fail("unknown dtype '" + std::string(text.substr(0, open)) + "'");
    type.dtype = *dtype;
    const std::string_view sizes = text.substr(open + 1, text.size() - open - 2);
    int depth = 0;
    size_t begin = 0;
    for (size_t i = 0; i <= sizes.size() && !sizes.empty(); ++i) {
        if (i < sizes.size() && sizes[i] == '(') ++depth;
        if (i < sizes.size() && sizes[i] == ')') --depth;
        if (i == sizes.size() || (sizes[i] == ',' && depth == 0)) {
            type.shape.push_back(Dim::parse(sizes.substr(begin, i - begin)));
            begin = i + 1;
        }
    }
    return type;
}

bool same(const TensorType& a, const TensorType& b) {
    return a.dtype == b.dtype && same(a.shape, b.shape);
}

Shape broadcast(std::string_view op, const Shape& a, const Shape& b) {
    const size_t rank = std::max(a.size(), b.size());
    Shape result(rank);
    for (size_t i = 0; i < rank; ++i) {
        const Dim& x = i < rank - a.size() ? Dim(1) : a[i - (rank - a.size())];
        const Dim& y = i < rank - b.size() ? Dim(1) : b[i - (rank - b.size())];
        if (same(x, y) || y.is_constant(1)) {
            result[i] = x;
        } else if (x.is_constant(1)) {
            result[i] = y;
        } else if (x == y) {  // a size and a number that escaped from one: the size says more
            result[i] = x.is_constant() ? y : x;
        } else {
            throw UserError("broadcast.shapes", std::string(op) + ": the shapes " + str(a) +
                                                    " and " + str(b) + " do not broadcast: sizes " +
                                                    x.str() + " and " + y.str() + " at axis " +
                                                    std::to_string(i));
        }
    }
    return result;
}

DType promote(DType a, DType b) {
    auto order = [](DType t) {
        switch (t) {
            case DType::boolean:
                return 0;
            case DType::u8:
                return 1;
            case DType::i32:
                return 4;
            case DType::i64:
                return 5;
            case DType::f32:
                return 8;
            case DType::f64:
                return 9;
            default:
                return 7;
        }
    };
    return order(a) >= order(b) ? a : b;
}

int normalize_axis(std::string_view op, int64_t axis, int rank) {
    const int64_t limit = std::max(rank, 1);
    if (axis < -limit || axis >= limit) {
        throw UserError(std::string(op) + ".axis",
                        std::string(op) + ": axis " + std::to_string(axis) +
                            " is out of range for rank " + std::to_string(rank) + ": expected " +
                            std::to_string(-limit) + " to " + std::to_string(limit - 1));
    }
    return static_cast<int>(axis < 0 ? axis + limit : axis);
}

const char* toString(DType dtype) {  // NOLINT
    constexpr const char* names[] = {"Float", "Double", "Long",     "Int",  "Byte",
                                     "Bool",  "Half",   "BFloat16", "Char", "Short"};
    return names[static_cast<size_t>(dtype)];
}

}  // namespace lithe
