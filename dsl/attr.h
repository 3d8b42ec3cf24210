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
    Attrs() = default;
    Attrs(std::initializer_list<std::pair<const std::string, Attr>> items) : items_(items) {}

    void set(const std::string& name, Attr value) { items_[name] = std::move(value); }
    void erase(const std::string& name) { items_.erase(name); }
    bool has(const std::string& name) const { return items_.contains(name); }

    bool get_bool(const std::string& name) const { return get<bool>(name); }
    const Dim& get_dim(const std::string& name) const { return get<Dim>(name); }
    /// An integer that is a constant by the op's own contract, such as an axis.
    int64_t get_int(const std::string& name) const { return get<Dim>(name).constant(); }
    double get_float(const std::string& name) const { return get<double>(name); }
    const std::string& get_string(const std::string& name) const { return get<std::string>(name); }
    DType get_dtype(const std::string& name) const { return get<DType>(name); }
    const Shape& get_shape(const std::string& name) const { return get<Shape>(name); }
    Sizes get_ints(const std::string& name) const { return constant_sizes(get<Shape>(name)); }
    const std::vector<double>& get_floats(const std::string& name) const {
        return get<std::vector<double>>(name);
    }
    const Array& get_array(const std::string& name) const { return get<Array>(name); }

    const std::map<std::string, Attr>& items() const { return items_; }

private:
    template <class T>
    const T& get(const std::string& name) const {
        const auto at = items_.find(name);
        if (at == items_.end()) {
            throw UserError("attr.missing", "attribute '" + name + "' is missing");
        }
        const T* value = std::get_if<T>(&at->second);
        if (!value) throw UserError("attr.type", "attribute '" + name + "' has another type");
        return *value;
    }

    std::map<std::string, Attr> items_;
};

/// `true`, `3`, `N + 1`, `0.1`, `"valid"`, `f32`, `[0, 2]`: as in the text form of the IR.
std::string str(const Attr& attr);

}  // namespace lithe
