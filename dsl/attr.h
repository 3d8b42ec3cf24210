#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "dsl/array.h"
#include "dsl/dim.h"

namespace lithe {

/// The value of an attribute. Integers are sizes, because many come from shapes.
using Attr = std::variant<bool, Dim, double, std::string, DType, Shape, std::vector<double>, Array>;

/// The attributes of an op's call, sorted by name.
class Attrs {
public:
    // Nothing is inline: every model's file would pay for the functions of a map of variants.
    Attrs();
    Attrs(std::initializer_list<std::pair<const std::string, Attr>> items);
    Attrs(const Attrs& other);
    Attrs(Attrs&& other) noexcept;
    Attrs& operator=(const Attrs& other);
    Attrs& operator=(Attrs&& other) noexcept;
    ~Attrs();

    void set(const std::string& name, Attr value);
    void erase(const std::string& name);
    bool has(const std::string& name) const;

    bool get_bool(const std::string& name) const;
    const Dim& get_dim(const std::string& name) const;
    /// An integer that is a constant by the op's own contract, such as an axis.
    int64_t get_int(const std::string& name) const;
    double get_float(const std::string& name) const;
    const std::string& get_string(const std::string& name) const;
    DType get_dtype(const std::string& name) const;
    const Shape& get_shape(const std::string& name) const;
    Sizes get_ints(const std::string& name) const;
    const std::vector<double>& get_floats(const std::string& name) const;
    const Array& get_array(const std::string& name) const;

    const std::map<std::string, Attr>& items() const { return items_; }

private:
    template <class T>
    const T& get(const std::string& name) const;

    std::map<std::string, Attr> items_;
};

/// `true`, `3`, `N + 1`, `0.1`, `"valid"`, `f32`, `[0, 2]`: as in the text form of the IR.
std::string str(const Attr& attr);

}  // namespace lithe
