// The reader; the writer is in safetensors_writer.cpp, so that a program that only loads does not
// carry it.
#include "runtime/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <initializer_list>
#include <numeric>

#include "runtime/error.h"
#include "runtime/json_reader.h"
#include "runtime/text.h"

namespace lithe {
namespace {

static_assert(std::endian::native == std::endian::little, "files hold little-endian numbers");

constexpr uint64_t largest_header = 100'000'000;  // the limit of the safetensors package

/// What the header says of a tensor.
struct Entry {
    std::string name;
    DType dtype;
    std::vector<int64_t> shape;
    int64_t begin;
    int64_t end;
};

[[gnu::cold]] std::string offsets_text(const Entry& entry) {
    return concat({"[", decimal(entry.begin), ", ", decimal(entry.end), "]"});
}

/// Throws the error safetensors.<reason> about the file.
[[noreturn, gnu::cold, gnu::noinline]] void fail(std::string_view where, std::string_view reason,
                                                 std::initializer_list<std::string_view> text) {
    throw UserError(concat({"safetensors.", reason}), concat({where, concat(text)}));
}

/// The same about one tensor.
[[noreturn, gnu::cold, gnu::noinline]] void fail(std::string_view where, std::string_view reason,
                                                 const Entry& entry,
                                                 std::initializer_list<std::string_view> text) {
    fail(where, reason, {"tensor ", quote(entry.name), ": ", concat(text)});
}

class HeaderReader {
public:
    HeaderReader(std::string_view header, std::string_view where)
        : json_(header, "safetensors.json", where), where_(where) {}

    void read(std::vector<Entry>& entries, SafetensorsMetadata& metadata) {
        bool has_metadata = false;
        json_.expect('{');
        for (bool more = !json_.accept('}'); more; more = next_member()) {
            std::string key = json_.string();
            json_.expect(':');
            if (key != "__metadata__") {
                entries.push_back(read_entry(std::move(key)));
                continue;
            }
            if (has_metadata) fail(where_, "duplicate_key", {"key '__metadata__' comes twice"});
            has_metadata = true;
            read_metadata(metadata);
        }
        json_.expect_end();
    }

private:
    /// After a member: whether another follows.
    bool next_member() {
        if (json_.accept(',')) return true;
        json_.expect('}');
        return false;
    }

    void read_metadata(SafetensorsMetadata& metadata) {
        json_.expect('{');
        for (bool more = !json_.accept('}'); more; more = next_member()) {
            std::string key = json_.string();
            json_.expect(':');
            metadata.emplace_back(std::move(key), json_.string());
        }
        std::vector<std::string_view> keys;
        for (const auto& [key, value] : metadata) keys.push_back(key);
        if (const auto twice = find_duplicate(std::move(keys))) {
            fail(where_, "duplicate_key", {"key ", quote(*twice), " of __metadata__ comes twice"});
        }
    }

    Entry read_entry(std::string name) {
        constexpr std::string_view fields[] = {"dtype", "shape", "data_offsets"};
        Entry entry{std::move(name), DType::f32, {}, 0, 0};
        bool seen[3] = {};
        json_.expect('{');
        for (bool more = !json_.accept('}'); more; more = next_member()) {
            const std::string key = json_.string();
            const auto field = std::find(fields, fields + 3, key) - fields;
            if (field == 3) fail(where_, "unknown_field", entry, {"unknown field ", quote(key)});
            if (seen[field]) {
                fail(where_, "duplicate_key", entry, {"field ", quote(key), " comes twice"});
            }
            seen[field] = true;
            json_.expect(':');
            if (field == 0) read_dtype(entry);
            if (field == 1) read_shape(entry);
            if (field == 2) read_offsets(entry);
        }
        for (int field = 0; field < 3; ++field) {
            if (!seen[field])
                fail(where_, "missing_field", entry, {"no field ", quote(fields[field])});
        }
        return entry;
    }

    void read_dtype(Entry& entry) {
        const std::string text = json_.string();
        const std::optional<DType> dtype = dtype_from_safetensors_name(text);
        if (!dtype) fail_dtype(entry, text);
        entry.dtype = *dtype;
    }

    [[noreturn, gnu::cold]] void fail_dtype(const Entry& entry, std::string_view text) const {
        std::string known;
        for (int i = 0; i < dtype_count; ++i) {
            known.append(i == 0 ? "" : ", ").append(safetensors_name(static_cast<DType>(i)));
        }
        fail(where_, "dtype", entry, {"dtype ", quote(text), " is none of ", known});
    }

    void read_shape(Entry& entry) {
        json_.expect('[');
        if (json_.accept(']')) return;
        do {
            entry.shape.push_back(json_.size());
        } while (json_.accept(','));
        json_.expect(']');
    }

    void read_offsets(Entry& entry) {
        json_.expect('[');
        entry.begin = json_.size();
        json_.expect(',');
        entry.end = json_.size();
        json_.expect(']');
    }

    JsonReader json_;
    std::string_view where_;
};

/// Checks a tensor by itself: its offsets lie in the data and hold just its elements.
void check_entry(std::string_view where, const Entry& entry, int64_t data_size) {
    if (entry.begin > entry.end) {
        fail(where, "offsets", entry,
             {"data_offsets ", offsets_text(entry), " end before they begin"});
    }
    if (entry.end > data_size) {
        fail(where, "offsets", entry,
             {"data_offsets ", offsets_text(entry), " go beyond the ", decimal(data_size),
              " bytes of data"});
    }
    const std::optional<int64_t> size = checked_size_bytes(entry.dtype, entry.shape);
    if (!size) {
        fail(where, "size", entry,
             {type_text(entry.dtype, entry.shape), " has too many bytes to count"});
    }
    if (*size != entry.end - entry.begin) {
        fail(where, "size_mismatch", entry,
             {type_text(entry.dtype, entry.shape), " takes ", decimal(*size),
              " bytes, data_offsets ", offsets_text(entry), " hold ",
              decimal(entry.end - entry.begin)});
    }
}

/// The indices of the entries in an order. Once in the code, for its size.
[[gnu::noinline]] std::vector<uint32_t> sorted(const std::vector<Entry>& entries,
                                               bool (*is_less)(const Entry&, const Entry&)) {
    std::vector<uint32_t> order(entries.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](uint32_t a, uint32_t b) { return is_less(entries[a], entries[b]); });
    return order;
}

/// Checks that the tensors cover the data once, from the first byte to the last.
void check_cover(std::string_view where, const std::vector<Entry>& entries, int64_t data_size) {
    const std::vector<uint32_t> order = sorted(entries, [](const Entry& a, const Entry& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    int64_t covered = 0;
    const Entry* last = nullptr;
    for (const uint32_t index : order) {
        const Entry* entry = &entries[index];
        if (entry->begin < covered) {
            fail(where, "overlap",
                 {"tensors ", quote(last->name), " at ", offsets_text(*last), " and ",
                  quote(entry->name), " at ", offsets_text(*entry), " overlap"});
        }
        if (entry->begin > covered) {
            fail(where, "hole",
                 {"no tensor holds the bytes ", decimal(covered), " to ", decimal(entry->begin),
                  " before tensor ", quote(entry->name)});
        }
        covered = entry->end;
        last = entry;
    }
    if (covered != data_size) {
        fail(where, "trailing_bytes",
             {"the tensors hold ", decimal(covered), " of ", decimal(data_size), " bytes of data"});
    }
}

/// The indices of the entries, sorted by name.
std::vector<uint32_t> sort_by_name(std::string_view where, const std::vector<Entry>& entries) {
    std::vector<uint32_t> order =
        sorted(entries, [](const Entry& a, const Entry& b) { return a.name < b.name; });
    for (size_t i = 1; i < order.size(); ++i) {
        const std::string& name = entries[order[i]].name;
        if (name == entries[order[i - 1]].name) {
            fail(where, "duplicate_key", {"tensor ", quote(name), " comes twice"});
        }
    }
    return order;
}

/// Splits the file into header and data.
std::pair<std::string_view, std::span<const std::byte>> split(std::span<const std::byte> bytes,
                                                              std::string_view where) {
    uint64_t size = 0;
    if (bytes.size() < sizeof(size)) {
        fail(where, "truncated",
             {"the file has ", std::to_string(bytes.size()),
              " bytes, the size of the header alone takes 8"});
    }
    std::memcpy(&size, bytes.data(), sizeof(size));
    if (size > largest_header) {
        fail(where, "header_size",
             {"the header of ", std::to_string(size), " bytes is larger than the limit of ",
              std::to_string(largest_header), "; this may be no safetensors file"});
    }
    if (size > bytes.size() - sizeof(size)) {
        fail(where, "truncated",
             {"the file has ", std::to_string(bytes.size()),
              " bytes, its header should end at byte ", std::to_string(size + sizeof(size))});
    }
    const std::string_view header(reinterpret_cast<const char*>(bytes.data() + sizeof(size)), size);
    if (!header.starts_with('{')) {
        fail(where, "header_start",
             {"the header begins with ", header.empty() ? "nothing" : quote(header.substr(0, 1)),
              " instead of '{'"});
    }
    return {header, bytes.subspan(sizeof(size) + size)};
}

}  // namespace

SafetensorsFile SafetensorsFile::open(const std::string& path) {
    SafetensorsFile result;
    result.file_ = MappedFile::open(path);
    result.read(result.file_.bytes(), path);
    return result;
}

SafetensorsFile SafetensorsFile::parse(std::span<const std::byte> bytes, std::string_view source) {
    SafetensorsFile result;
    result.read(bytes, source);
    return result;
}

void SafetensorsFile::read(std::span<const std::byte> bytes, std::string_view source) {
    const std::string where = concat({"safetensors: ", quote(source), ": "});
    const auto [text, data] = split(bytes, where);
    const auto data_size = static_cast<int64_t>(data.size());
    std::vector<Entry> entries;
    HeaderReader(text, where).read(entries, metadata_);
    for (const Entry& entry : entries) check_entry(where, entry, data_size);
    by_name_ = sort_by_name(where, entries);
    check_cover(where, entries, data_size);

    tensors_.reserve(entries.size());
    for (Entry& entry : entries) {
        const std::byte* bytes_of = data.data() + entry.begin;
        const auto size = static_cast<size_t>(entry.end - entry.begin);
        const auto address = reinterpret_cast<uintptr_t>(bytes_of);
        if (size > 0 && address % static_cast<uintptr_t>(size_bytes(entry.dtype)) != 0) {
            copies_.push_back(std::make_unique_for_overwrite<uint64_t[]>((size + 7) / 8));
            std::memcpy(copies_.back().get(), bytes_of, size);
            bytes_of = reinterpret_cast<const std::byte*>(copies_.back().get());
        }
        tensors_.push_back(
            {std::move(entry.name), {bytes_of, entry.dtype, std::move(entry.shape)}});
    }
}

const ConstTensorView* SafetensorsFile::find(std::string_view name) const {
    const auto at = std::lower_bound(
        by_name_.begin(), by_name_.end(), name,
        [&](uint32_t index, std::string_view wanted) { return tensors_[index].name < wanted; });
    if (at == by_name_.end() || tensors_[*at].name != name) return nullptr;
    return &tensors_[*at].tensor;
}

}  // namespace lithe
