#include "runtime/dtype.h"

#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe {
namespace {

struct DTypeInfo {
    int64_t size_bytes;
    bool floating;
    std::string_view name;
    std::string_view torch_name;
    std::string_view torch_storage_name;
    std::string_view safetensors_name;
};

/// In the order of the enumerators.
constexpr DTypeInfo dtype_infos[dtype_count] = {
    {4, true, "f32", "float32", "FloatStorage", "F32"},
    {8, true, "f64", "float64", "DoubleStorage", "F64"},
    {8, false, "i64", "int64", "LongStorage", "I64"},
    {4, false, "i32", "int32", "IntStorage", "I32"},
    {1, false, "u8", "uint8", "ByteStorage", "U8"},
    {1, false, "bool", "bool", "BoolStorage", "BOOL"},
    {2, true, "f16", "float16", "HalfStorage", "F16"},
    {2, true, "bf16", "bfloat16", "BFloat16Storage", "BF16"},
    {1, false, "i8", "int8", "CharStorage", "I8"},
    {2, false, "i16", "int16", "ShortStorage", "I16"},
};

const DTypeInfo& info(DType dtype) {
    if (static_cast<int>(dtype) >= dtype_count) {
        throw UserError("dtype.unknown", concat({"dtype: there is none with the number ",
                                                 decimal(static_cast<int>(dtype)), "; the last is ",
                                                 decimal(dtype_count - 1)}));
    }
    return dtype_infos[static_cast<int>(dtype)];
}

std::optional<DType> find(std::string_view DTypeInfo::* field, std::string_view name) {
    for (int i = 0; i < dtype_count; ++i) {
        if (dtype_infos[i].*field == name) return static_cast<DType>(i);
    }
    return std::nullopt;
}

}  // namespace

int64_t size_bytes(DType dtype) { return info(dtype).size_bytes; }
bool is_floating(DType dtype) { return info(dtype).floating; }

std::string_view name(DType dtype) { return info(dtype).name; }
std::string_view torch_name(DType dtype) { return info(dtype).torch_name; }
std::string_view torch_storage_name(DType dtype) { return info(dtype).torch_storage_name; }
std::string_view safetensors_name(DType dtype) { return info(dtype).safetensors_name; }

std::optional<DType> dtype_from_name(std::string_view name) { return find(&DTypeInfo::name, name); }
std::optional<DType> dtype_from_torch_name(std::string_view name) {
    return find(&DTypeInfo::torch_name, name);
}
std::optional<DType> dtype_from_torch_storage_name(std::string_view name) {
    return find(&DTypeInfo::torch_storage_name, name);
}
std::optional<DType> dtype_from_safetensors_name(std::string_view name) {
    return find(&DTypeInfo::safetensors_name, name);
}

}  // namespace lithe
