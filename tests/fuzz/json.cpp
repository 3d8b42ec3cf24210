// Damaged JSON as the headers of safetensors hold it: the reader gives values or a UserError,
// nothing else; strings are written and read again unchanged. Arguments: seed and count.
#include "runtime/json_reader.h"
#include "tests/fuzz/bytes.h"

namespace lithe::fuzz {
namespace {

void read_string(JsonReader& reader) {
    const std::string text = reader.string();
    std::string written;
    append_json_string(written, text);
    JsonReader again(written, "json.syntax", "again");
    require(again.string() == text, "another string");
    again.expect_end();
}

void read_value(JsonReader& reader) {
    if (reader.accept('[')) {
        if (reader.accept(']')) return;
        do require(reader.size() >= 0, "a negative size");
        while (reader.accept(','));
        return reader.expect(']');
    }
    if (reader.accept('{')) {
        if (reader.accept('}')) return;
        do {
            read_string(reader);
            reader.expect(':');
            read_string(reader);
        } while (reader.accept(','));
        return reader.expect('}');
    }
    require(reader.size() >= 0, "a negative size");
}

}  // namespace

std::vector<std::string> corpus() {
    return {
        R"({"a": [1, 2, 3], "b\n\"\u00e9\ud83d\ude00": {"x": "y\\"}, "c": 9223372036854775807, "d": []})",
        "{}", "{\"\xc3\xa9\xf0\x9f\x98\x80\": {}, \"e\" : 0 } "};
}

void try_bytes(std::span<const std::byte> bytes) {
    JsonReader reader({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "json.syntax",
                      "fuzz");
    reader.expect('{');
    if (!reader.accept('}')) {
        do {
            read_string(reader);
            reader.expect(':');
            read_value(reader);
        } while (reader.accept(','));
        reader.expect('}');
    }
    reader.expect_end();
}

}  // namespace lithe::fuzz

LITHE_FUZZ_MAIN
