#include "dsl/print.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>

#include "dsl/autograd.h"

namespace lithe {
namespace {

constexpr int64_t most_elements = 1000;  // more are shortened to the edges
constexpr int64_t edge_items = 3;
constexpr size_t line_width = 80;
constexpr int precision = 4;

std::string formatted(const char* format, int digits, double value) {
    char buffer[400];
    const int size = std::snprintf(buffer, sizeof buffer, format, digits, value);
    return {buffer, static_cast<size_t>(size)};
}

/// How all numbers of one tensor are written, so that columns line up.
class Format {
public:
    Format(const Array& data, const std::vector<int64_t>& shown) : dtype_(data.dtype()) {
        if (is_floating(dtype_)) choose_float_form(data, shown);
        for (const int64_t at : shown) width_ = std::max(width_, text(data.at(at)).size());
    }

    std::string operator()(double value) const {
        const std::string plain = text(value);
        return std::string(width_ - std::min(width_, plain.size()), ' ') + plain;
    }

private:
    void choose_float_form(const Array& data, const std::vector<int64_t>& shown) {
        double low = INFINITY, high = 0;
        for (const int64_t at : shown) {
            const double value = std::abs(data.at(at));
            if (!std::isfinite(value) || value == 0) continue;
            whole_ = whole_ && value == std::ceil(value);
            low = std::min(low, value);
            high = std::max(high, value);
        }
        const bool wide = high > 0 && high / low > 1000;
        scientific_ = high > 0 && (high > 1e8 || (whole_ ? false : low < 1e-4 || wide));
        if (whole_ && high > 0 && (wide && high > 1e8)) scientific_ = true;
    }

    std::string text(double value) const {
        if (dtype_ == DType::boolean) return value != 0 ? " True" : "False";
        if (!is_floating(dtype_)) return std::to_string(static_cast<int64_t>(value));
        if (std::isnan(value)) return "nan";
        if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
        if (scientific_) return formatted("%.*e", precision, value);
        if (whole_) return formatted("%.*f", 0, value) + ".";
        return formatted("%.*f", precision, value);
    }

    DType dtype_;
    bool whole_ = true, scientific_ = false;
    size_t width_ = 0;
};

class Printer {
public:
    explicit Printer(const Array& data) : data_(data), shortened_(data.count() > most_elements) {
        collect(0, 0);
    }

    std::string text() const {
        const Format format(data_, shown_);
        return rows(format, 0, 0, std::string("tensor(").size());
    }

private:
    int64_t stride(int axis) const {
        int64_t stride = 1;
        for (int i = axis + 1; i < data_.rank(); ++i) stride *= data_.size(i);
        return stride;
    }

    /// The positions along an axis that are shown; -1 stands for the dots.
    std::vector<int64_t> positions(int axis) const {
        std::vector<int64_t> list;
        const int64_t size = data_.size(axis);
        const bool cut = shortened_ && size > 2 * edge_items;
        for (int64_t i = 0; i < size; ++i) {
            if (cut && i == edge_items) {
                list.push_back(-1);
                i = size - edge_items;
            }
            list.push_back(i);
        }
        return list;
    }

    void collect(int axis, int64_t at) {
        if (axis == data_.rank()) return shown_.push_back(at);
        for (const int64_t i : positions(axis)) {
            if (i >= 0) collect(axis + 1, at + i * stride(axis));
        }
    }

    std::string rows(const Format& format, int axis, int64_t at, size_t indent) const {
        if (axis == data_.rank()) return format(data_.at(at));
        std::string text = "[";
        const bool innermost = axis == data_.rank() - 1;
        size_t line = indent + 1;
        bool first = true;
        for (const int64_t i : positions(axis)) {
            const std::string part =
                i < 0 ? "..." : rows(format, axis + 1, at + i * stride(axis), indent + 1);
            if (!first) {
                text += ',';
                const bool breaks = !innermost || line + part.size() + 2 > line_width;
                if (breaks) {
                    const auto blank_lines =
                        static_cast<size_t>(innermost ? 1 : data_.rank() - 1 - axis);
                    text += std::string(blank_lines, '\n') + std::string(indent + 1, ' ');
                    line = indent + 1;
                } else {
                    text += ' ';
                    line += 2;
                }
            }
            text += part;
            line += part.size();
            first = false;
        }
        return text + "]";
    }

    Array data_;
    bool shortened_;
    std::vector<int64_t> shown_;
};

}  // namespace

std::string str(const Tensor& x) {
    if (!x.defined()) return "tensor(undefined)";
    const TensorType type = x.type();
    if (x.is_symbolic()) return "tensor(symbolic " + type.str() + ")";
    const Array data = x.array();
    std::string text = "tensor(" + Printer(data).text();
    if (data.count() == 0 && data.rank() > 1) text += ", size=" + str(type.shape);
    const bool is_default = type.dtype == DType::f32 || type.dtype == DType::boolean ||
                            (type.dtype == DType::i64 && data.count() > 0);
    if (!is_default) text += ", dtype=torch." + std::string(torch_name(type.dtype));
    if (const auto step = x.grad_fn()) {
        text += ", grad_fn=<" + step->name() + ">";
    } else if (x.requires_grad()) {
        text += ", requires_grad=True";
    }
    return text + ")";
}

std::ostream& operator<<(std::ostream& stream, const Tensor& x) { return stream << str(x); }
std::ostream& operator<<(std::ostream& stream, const Dim& size) { return stream << size.str(); }
std::ostream& operator<<(std::ostream& stream, const Shape& shape) { return stream << str(shape); }
std::ostream& operator<<(std::ostream& stream, const Scalar& number) {
    if (number.is_symbolic()) return stream << number.to_dim().str();
    if (number.isBoolean()) return stream << (number.toBool() ? "true" : "false");
    return number.is_floating() ? stream << number.to_double() : stream << number.to_int();
}
std::ostream& operator<<(std::ostream& stream, const Item& item) {
    const Tensor x = item.tensor();
    if (x.is_symbolic()) return stream << x;
    const Scalar number = item;
    return stream << number;
}
std::ostream& operator<<(std::ostream& stream, const TensorOptions& options) {
    return stream << "TensorOptions(dtype=" << name(options.dtype())
                  << (options.dtype_value ? "" : " (default)") << ", device=" << options.device()
                  << ", layout=Strided, requires_grad="
                  << (options.requires_grad_value ? "true" : "false") << ')';
}
std::ostream& operator<<(std::ostream& stream, DType dtype) { return stream << name(dtype); }

void Tensor::print() const {
    if (!defined()) {
        std::cerr << "[UndefinedTensor]\n";
    } else {
        std::cerr << '[' << type().str() << "]\n";
    }
}

}  // namespace lithe
