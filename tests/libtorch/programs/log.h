// What a program says: lines of text in which LibTorch and lithe write tensors alike.
#pragma once

#include <lithe/torch.h>

#include <cstdio>
#include <sstream>
#include <string>

namespace programs {

class Log {
public:
    template <class T>
    Log& operator<<(const T& value) {
        if constexpr (requires { value.defined(); }) {
            add(value);
        } else if constexpr (std::is_floating_point_v<T>) {
            number(value);
        } else {
            std::ostringstream part;
            part << value;
            text_ += part.str();
        }
        return *this;
    }
    const std::string& text() const { return text_; }

private:
    /// Shape, kind of number, elements.
    void add(const torch::Tensor& tensor) {
        text_ += '(';
        for (int64_t i = 0; i < tensor.dim(); ++i) {
            text_ += (i ? "x" : "") + std::to_string(int64_t(tensor.size(i)));
        }
        const auto type = tensor.scalar_type();
        text_ += type == torch::kFloat64   ? "d"
                 : type == torch::kFloat32 ? "f"
                 : type == torch::kInt64   ? "l"
                 : type == torch::kInt32   ? "i"
                 : type == torch::kBool    ? "b"
                                           : "?";
        const auto flat = tensor.detach().to(torch::kFloat64).contiguous().view({-1});
        for (int64_t i = 0; i < flat.size(0); ++i) {
            text_ += ' ';
            number(flat[i].item<double>());
        }
        text_ += ')';
    }
    void number(double value) {
        char digits[32];
        std::snprintf(digits, sizeof digits, "%.4g", value == 0 ? 0.0 : value);
        text_ += digits;
    }

    std::string text_;
};

}  // namespace programs
