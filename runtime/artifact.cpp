#include "runtime/artifact.h"

#include <algorithm>

#include "runtime/artifact_fields.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe::artifact {
namespace {

[[noreturn]] void fail(const char* id, std::initializer_list<std::string_view> pieces) {
    throw UserError(id, concat({"artifact: ", concat(pieces)}));
}

class Reader {
public:
    explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}

    template <typename... T>
    void operator()(T&... values) {
        (get(values), ...);
    }

    uint64_t get_fixed(int size) {
        uint64_t value = 0;
        for (int i = 0; i < size; ++i) value |= static_cast<uint64_t>(get_byte()) << (8 * i);
        return value;
    }
    size_t left() const { return rest_.size(); }

private:
    uint8_t get_byte() {
        if (rest_.empty()) fail("artifact.truncated", {"ends in the middle of a table"});
        const auto byte = static_cast<uint8_t>(rest_[0]);
        rest_ = rest_.subspan(1);
        return byte;
    }
    uint64_t get_unsigned() {
        uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const uint64_t byte = get_byte();
            if (shift == 63 && byte > 1) break;
            value |= (byte & 0x7F) << shift;
            if (byte < 0x80) return value;
        }
        fail("artifact.invalid", {"an integer has more than 64 bits"});
    }
    /// A count of items that take at least one byte each.
    size_t get_count() {
        const uint64_t count = get_unsigned();
        if (count > rest_.size()) {
            fail("artifact.truncated", {"a table of ", std::to_string(count), " items has only ",
                                        std::to_string(rest_.size()), " bytes left"});
        }
        return count;
    }
    void get(int64_t& value) {
        const uint64_t bits = get_unsigned();
        value = static_cast<int64_t>(bits >> 1 ^ (bits & 1 ? ~uint64_t{0} : 0));
    }
    void get(int32_t& value) {
        int64_t wide = 0;
        get(wide);
        value = static_cast<int32_t>(wide);
        if (value != wide) {
            fail("artifact.invalid", {"index ", std::to_string(wide), " has more than 32 bits"});
        }
    }
    void get(bool& value) {
        const uint8_t byte = get_byte();
        if (byte > 1)
            fail("artifact.invalid", {"flag ", std::to_string(byte), " is neither 0 nor 1"});
        value = byte == 1;
    }
    void get(std::string& text) {
        const size_t size = get_count();
        text.assign(reinterpret_cast<const char*>(rest_.data()), size);
        rest_ = rest_.subspan(size);
    }
    template <typename T>
    void get(std::vector<T>& items) {
        items.resize(get_count());
        for (T& item : items) get(item);
    }
    template <typename T>
    void get(T& row) {
        if constexpr (std::is_enum_v<T>) {
            const uint8_t byte = get_byte();
            if (byte > last_of(T{})) {
                fail("artifact.invalid", {"enumerator ", std::to_string(byte), ", the largest is ",
                                          std::to_string(last_of(T{}))});
            }
            row = static_cast<T>(byte);
        } else {
            fields(*this, row);
        }
    }

    std::span<const std::byte> rest_;
};

struct Parts {
    std::span<const std::byte> tables, constants;
};

Parts split(std::span<const std::byte> bytes) {
    if (bytes.size() < header_bytes) {
        fail("artifact.truncated", {std::to_string(bytes.size()), " bytes, the header alone has ",
                                    std::to_string(header_bytes)});
    }
    Reader header(bytes);
    const uint64_t tag = header.get_fixed(4);
    const uint64_t version = header.get_fixed(4);
    const uint64_t tables_bytes = header.get_fixed(8);
    const uint64_t constants_bytes = header.get_fixed(8);
    if (tag != format_tag) fail("artifact.format", {"these bytes are not an artifact"});
    if (version != format_version) {
        fail("artifact.version", {"has format ", std::to_string(version), ", this runtime reads ",
                                  std::to_string(format_version)});
    }

    const uint64_t after_header = bytes.size() - header_bytes;
    const uint64_t padding =
        (constants_alignment - (header_bytes + tables_bytes)) % constants_alignment;
    if (tables_bytes > after_header || padding > after_header - tables_bytes ||
        constants_bytes > after_header - tables_bytes - padding) {
        fail("artifact.truncated",
             {"has ", std::to_string(bytes.size()), " bytes, its header tells of ",
              std::to_string(tables_bytes), " bytes of tables and ",
              std::to_string(constants_bytes), " of constants"});
    }
    return {bytes.subspan(header_bytes, tables_bytes),
            bytes.subspan(header_bytes + tables_bytes + padding, constants_bytes)};
}

}  // namespace

std::span<const std::byte> decode_in_place(std::span<const std::byte> bytes, Artifact& tables) {
    const Parts parts = split(bytes);
    Reader reader(parts.tables);
    tables = {};
    fields(reader, tables);
    if (reader.left() != 0) {
        fail("artifact.invalid", {std::to_string(reader.left()), " bytes follow the last table"});
    }
    return parts.constants;
}

Artifact decode(std::span<const std::byte> bytes) {
    Artifact artifact;
    const std::span<const std::byte> constants = decode_in_place(bytes, artifact);
    artifact.constants.assign(constants.begin(), constants.end());
    return artifact;
}

}  // namespace lithe::artifact
