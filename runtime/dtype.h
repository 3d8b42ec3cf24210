#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lithe {

// X11 has a macro of this name.
#pragma push_macro("Bool")
#undef Bool

/// The type of a tensor's elements. The numbers are part of the C ABI: new types go to the end.
///
/// f16, bf16, i8 and i16 can be read from and written to files; kernels do not compute in them yet.
enum class DType : uint8_t {
    f32 = 0,
    f64 = 1,
    i64 = 2,
    i32 = 3,
    u8 = 4,
    boolean = 5,
    f16 = 6,
    bf16 = 7,
    i8 = 8,
    i16 = 9,

    // LibTorch's names. NOLINTBEGIN
    Byte = u8,
    Char = i8,
    Short = i16,
    Int = i32,
    Long = i64,
    Half = f16,
    Float = f32,
    Double = f64,
    BFloat16 = bf16,
    Bool = boolean,
    // NOLINTEND
};
#pragma pop_macro("Bool")

/// One more than the largest DType.
inline constexpr int dtype_count = 10;

/// The size of one element, in bytes.
int64_t size_bytes(DType dtype);

bool is_floating(DType dtype);

/// lithe's own name: "f32", "bool".
std::string_view name(DType dtype);
/// PyTorch's name without its "torch." prefix: "float32", "bool".
std::string_view torch_name(DType dtype);
/// The class of PyTorch's typed storage: "FloatStorage".
std::string_view torch_storage_name(DType dtype);
/// The safetensors format's name: "F32", "BOOL".
std::string_view safetensors_name(DType dtype);

/// The inverses; nothing for a name that is not known.
std::optional<DType> dtype_from_name(std::string_view name);
std::optional<DType> dtype_from_torch_name(std::string_view name);
std::optional<DType> dtype_from_torch_storage_name(std::string_view name);
std::optional<DType> dtype_from_safetensors_name(std::string_view name);

/// The DType of a C++ type: `dtype_of<float>` is DType::f32.
template <typename T>
struct DTypeOf;
template <>
struct DTypeOf<float> {
    static constexpr DType value = DType::f32;
};
template <>
struct DTypeOf<double> {
    static constexpr DType value = DType::f64;
};
template <>
struct DTypeOf<int64_t> {
    static constexpr DType value = DType::i64;
};
template <>
struct DTypeOf<int32_t> {
    static constexpr DType value = DType::i32;
};
template <>
struct DTypeOf<int16_t> {
    static constexpr DType value = DType::i16;
};
template <>
struct DTypeOf<int8_t> {
    static constexpr DType value = DType::i8;
};
template <>
struct DTypeOf<uint8_t> {
    static constexpr DType value = DType::u8;
};
template <>
struct DTypeOf<bool> {
    static constexpr DType value = DType::boolean;
};

template <typename T>
inline constexpr DType dtype_of = DTypeOf<T>::value;

}  // namespace lithe
