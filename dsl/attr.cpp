#include "dsl/attr.h"

#include <charconv>
#include <cmath>

namespace lithe {
namespace {

/// The shortest text that reads back as the same number, always with a point or an exponent, so
/// that it is not taken for an integer.
std::string str(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    std::string text(buffer, end);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

std::string str(const std::vector<double>& values) {
    std::string text = "[";
    for (size_t i = 0; i < values.size(); ++i) text += (i ? ", " : "") + str(values[i]);
    return text + "]";
}

std::string quoted(const std::string& value) {
    std::string text = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + '"';
}

/// `f32[2]{1.0, 2.0}`; of more than 16 elements a hash of the content.
std::string str(const Array& array) {
    constexpr int64_t most = 16;
    std::string text = std::string(name(array.dtype())) + lithe::str(to_shape(array.sizes()));
    if (array.count() > most) {
        const Array flat = array.dense();
        uint64_t hash = 1469598103934665603u;
        for (size_t i = 0; i < flat.size_bytes(); ++i) {
            hash = (hash ^ static_cast<const unsigned char*>(flat.raw())[i]) * 1099511628211u;
        }
        char buffer[17];
        const auto end = std::to_chars(buffer, buffer + sizeof buffer, hash, 16).ptr;
        return text + '#' + std::string(buffer, end);
    }
    text += '{';
    for (int64_t i = 0; i < array.count(); ++i) {
        text += i ? ", " : "";
        text += is_floating(array.dtype()) ? str(array.at(i))
                                           : std::to_string(static_cast<int64_t>(array.at(i)));
    }
    return text + '}';
}

struct Printer {
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(const Dim& value) const { return value.str(); }
    std::string operator()(double value) const { return str(value); }
    std::string operator()(const std::string& value) const { return quoted(value); }
    std::string operator()(DType value) const { return std::string(name(value)); }
    std::string operator()(const Shape& value) const { return lithe::str(value); }
    std::string operator()(const std::vector<double>& value) const { return str(value); }
    std::string operator()(const Array& value) const { return str(value); }
};

}  // namespace

std::string str(const Attr& attr) { return std::visit(Printer{}, attr); }

Attrs::Attrs() = default;
Attrs::Attrs(std::initializer_list<std::pair<const std::string, Attr>> items) : items_(items) {}
Attrs::Attrs(const Attrs& other) = default;
Attrs::Attrs(Attrs&& other) noexcept = default;
Attrs& Attrs::operator=(const Attrs& other) = default;
Attrs& Attrs::operator=(Attrs&& other) noexcept = default;
Attrs::~Attrs() = default;

void Attrs::set(const std::string& name, Attr value) { items_[name] = std::move(value); }
void Attrs::erase(const std::string& name) { items_.erase(name); }
bool Attrs::has(const std::string& name) const { return items_.contains(name); }

template <class T>
const T& Attrs::get(const std::string& name) const {
    const auto at = items_.find(name);
    if (at == items_.end()) {
        throw UserError("attr.missing", "attribute '" + name + "' is missing");
    }
    const T* value = std::get_if<T>(&at->second);
    if (!value) throw UserError("attr.type", "attribute '" + name + "' has another type");
    return *value;
}

bool Attrs::get_bool(const std::string& name) const { return get<bool>(name); }
const Dim& Attrs::get_dim(const std::string& name) const { return get<Dim>(name); }
int64_t Attrs::get_int(const std::string& name) const { return get<Dim>(name).constant(); }
double Attrs::get_float(const std::string& name) const { return get<double>(name); }
const std::string& Attrs::get_string(const std::string& name) const {
    return get<std::string>(name);
}
DType Attrs::get_dtype(const std::string& name) const { return get<DType>(name); }
const Shape& Attrs::get_shape(const std::string& name) const { return get<Shape>(name); }
Sizes Attrs::get_ints(const std::string& name) const { return constant_sizes(get<Shape>(name)); }
const std::vector<double>& Attrs::get_floats(const std::string& name) const {
    return get<std::vector<double>>(name);
}
const Array& Attrs::get_array(const std::string& name) const { return get<Array>(name); }

}  // namespace lithe
