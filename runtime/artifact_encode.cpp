#include "runtime/artifact_encode.h"

#include <utility>

#include "runtime/artifact_fields.h"

namespace lithe::artifact {
namespace {

/// Integers are LEB128, signed ones zigzag; strings and vectors begin with their count.
class Writer {
public:
    template <typename... T>
    void operator()(const T&... values) {
        (put(values), ...);
    }

    std::vector<std::byte> bytes;

    void put_fixed(uint64_t value, int size) {
        for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
    }

private:
    void put_unsigned(uint64_t value) {
        while (value >= 0x80) {
            bytes.push_back(static_cast<std::byte>(value | 0x80));
            value >>= 7;
        }
        bytes.push_back(static_cast<std::byte>(value));
    }
    void put(int64_t value) {
        const auto bits = static_cast<uint64_t>(value);
        put_unsigned(bits << 1 ^ (value < 0 ? ~uint64_t{0} : 0));
    }
    void put(int32_t value) { put(static_cast<int64_t>(value)); }
    void put(bool value) { bytes.push_back(static_cast<std::byte>(value)); }
    void put(const std::string& text) {
        put_unsigned(text.size());
        const auto* first = reinterpret_cast<const std::byte*>(text.data());
        bytes.insert(bytes.end(), first, first + text.size());
    }
    template <typename T>
    void put(const std::vector<T>& items) {
        put_unsigned(items.size());
        for (const T& item : items) put(item);
    }
    template <typename T>
    void put(const T& row) {
        if constexpr (std::is_enum_v<T>) {
            bytes.push_back(static_cast<std::byte>(row));
        } else {
            fields(*this, row);
        }
    }
};

}  // namespace

std::vector<std::byte> encode(const Artifact& artifact) {
    Writer tables;
    tables(artifact);

    Writer whole;
    whole.put_fixed(format_tag, 4);
    whole.put_fixed(format_version, 4);
    whole.put_fixed(tables.bytes.size(), 8);
    whole.put_fixed(artifact.constants.size(), 8);
    std::vector<std::byte>& bytes = whole.bytes;
    bytes.insert(bytes.end(), tables.bytes.begin(), tables.bytes.end());
    bytes.resize((bytes.size() + constants_alignment - 1) / constants_alignment *
                 constants_alignment);
    bytes.insert(bytes.end(), artifact.constants.begin(), artifact.constants.end());
    return std::move(bytes);
}

}  // namespace lithe::artifact
