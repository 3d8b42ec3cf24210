#include <algorithm>
#include <cstring>

#include "runtime/error.h"
#include "runtime/json_reader.h"
#include "runtime/safetensors.h"
#include "runtime/text.h"

namespace lithe {
namespace {

/// Where a tensor's bytes go, counted from the end of the header.
struct Placement {
    int64_t begin;
    int64_t end;
};

void check_text(std::string_view what, std::string_view text) {
    if (is_utf8(text)) return;
    throw UserError("safetensors.name",
                    concat({"safetensors: ", what, " ", quote(text), " is not UTF-8"}));
}

void check_unique(std::vector<std::string_view> keys) {
    if (const auto twice = find_duplicate(std::move(keys))) {
        throw UserError("safetensors.duplicate_key",
                        concat({"safetensors: key ", quote(*twice), " comes twice"}));
    }
}

void check_names(std::span<const NamedTensor> tensors, const SafetensorsMetadata& metadata) {
    std::vector<std::string_view> names;
    for (const NamedTensor& tensor : tensors) {
        names.push_back(tensor.name);
        check_text("tensor name", tensor.name);
        if (tensor.name == "__metadata__") {
            throw UserError("safetensors.name",
                            "safetensors: the tensor name '__metadata__' is reserved");
        }
    }
    check_unique(std::move(names));

    std::vector<std::string_view> keys;
    for (const auto& [key, value] : metadata) {
        keys.push_back(key);
        check_text("metadata key", key);
        check_text("metadata value", value);
    }
    check_unique(std::move(keys));
}

/// The tensors in the order of their data: largest elements first, else as given.
std::vector<const NamedTensor*> data_order(std::span<const NamedTensor> tensors) {
    std::vector<const NamedTensor*> order;
    for (const NamedTensor& tensor : tensors) order.push_back(&tensor);
    std::stable_sort(order.begin(), order.end(), [](const NamedTensor* a, const NamedTensor* b) {
        return size_bytes(a->tensor.dtype) > size_bytes(b->tensor.dtype);
    });
    return order;
}

void append_entry(std::string& json, const NamedTensor& tensor, Placement place) {
    append_json_string(json, tensor.name);
    json.append(":{\"dtype\":\"")
        .append(safetensors_name(tensor.tensor.dtype))
        .append("\",\"shape\":[");
    for (size_t i = 0; i < tensor.tensor.shape.size(); ++i) {
        json.append(i == 0 ? "" : ",").append(decimal(tensor.tensor.shape[i]));
    }
    json.append("],\"data_offsets\":[")
        .append(decimal(place.begin))
        .append(",")
        .append(decimal(place.end))
        .append("]}");
}

/// The size of the header and the header itself.
std::string header_bytes(std::span<const NamedTensor> tensors, const SafetensorsMetadata& metadata,
                         size_t alignment) {
    check_names(tensors, metadata);
    std::vector<Placement> places(tensors.size());
    int64_t end = 0;
    for (const NamedTensor* tensor : data_order(tensors)) {
        const int64_t begin = end;
        if (__builtin_add_overflow(begin, size_bytes(tensor->tensor), &end)) {
            throw UserError("tensor.size", "safetensors: the tensors have too many bytes to count");
        }
        places[tensor - tensors.data()] = {begin, end};
    }

    std::string bytes(8, '\0');
    bytes.append("{");
    if (!metadata.empty()) {
        bytes.append("\"__metadata__\":{");
        for (const auto& [key, value] : metadata) {
            if (bytes.back() != '{') bytes.append(",");
            append_json_string(bytes, key);
            bytes.append(":");
            append_json_string(bytes, value);
        }
        bytes.append("}");
    }
    for (size_t i = 0; i < tensors.size(); ++i) {
        if (bytes.back() != '{') bytes.append(",");
        append_entry(bytes, tensors[i], places[i]);
    }
    bytes.append("}");
    bytes.resize((bytes.size() + alignment - 1) / alignment * alignment, ' ');
    const uint64_t size = bytes.size() - 8;
    std::memcpy(bytes.data(), &size, sizeof(size));
    return bytes;
}

/// Header and data as pieces; they point into `header` and the tensors.
std::vector<std::span<const std::byte>> pieces(const std::string& header,
                                               std::span<const NamedTensor> tensors) {
    std::vector<std::span<const std::byte>> result = {std::as_bytes(std::span(header))};
    for (const NamedTensor* tensor : data_order(tensors)) {
        result.emplace_back(static_cast<const std::byte*>(tensor->tensor.data),
                            static_cast<size_t>(size_bytes(tensor->tensor)));
    }
    return result;
}

}  // namespace

std::vector<std::byte> safetensors_bytes(std::span<const NamedTensor> tensors,
                                         const SafetensorsMetadata& metadata) {
    const std::string header = header_bytes(tensors, metadata, sizeof(uint64_t));
    std::vector<std::byte> bytes;
    for (std::span<const std::byte> piece : pieces(header, tensors)) {
        bytes.insert(bytes.end(), piece.begin(), piece.end());
    }
    return bytes;
}

void save_safetensors(const std::string& path, std::span<const NamedTensor> tensors,
                      const SafetensorsMetadata& metadata, size_t alignment) {
    const std::string header = header_bytes(tensors, metadata, alignment);
    write_file(path, pieces(header, tensors));
}

}  // namespace lithe
