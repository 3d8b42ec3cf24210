#include "dsl/device.h"

#include <charconv>

#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe {

Device::Device(const std::string& name) : type_(kCPU), index_(-1) {
    const size_t colon = name.find(':');
    const std::string type = name.substr(0, colon);
    bool is_good = type == "cpu" || type == "cuda";
    if (colon != std::string::npos) {
        const char* end = name.data() + name.size();
        const auto [rest, error] = std::from_chars(name.data() + colon + 1, end, index_);
        is_good &= error == std::errc() && rest == end && index_ >= 0;
    }
    if (!is_good) {
        throw UserError("device.name",
                        "device: expected 'cpu', 'cuda' or 'cuda:N', got " + quote(name));
    }
    type_ = type == "cpu" ? kCPU : kCUDA;
}

std::string Device::str() const {
    return std::string(is_cpu() ? "cpu" : "cuda") +
           (has_index() ? ":" + std::to_string(index_) : "");
}

void Device::require() const {
    if (!is_cpu()) {
        throw UserError("device.unavailable",
                        "device: lithe computes on the CPU, got '" + str() + "'");
    }
}

std::ostream& operator<<(std::ostream& stream, const Device& device) {
    return stream << device.str();
}

}  // namespace lithe
