#include "digits.h"

#include "runtime/error.h"
#include "runtime/safetensors.h"

Digits load_digits(const std::string& path, bool test) {
    const auto file = lithe::SafetensorsFile::open(path);
    const lithe::ConstTensorView* images = file.find("images");
    const lithe::ConstTensorView* labels = file.find("labels");
    if (!images || !labels || images->shape.size() != 3 || images->dtype != lithe::DType::u8 ||
        labels->dtype != lithe::DType::i64 || labels->shape.size() != 1 ||
        images->shape[0] != labels->shape[0] ||
        images->shape[1] * images->shape[2] != Digits::pixels) {
        throw lithe::UserError(
            "digits.content",
            "digits: " + path + " does not hold images u8[N, 8, 8] and labels i64[N]");
    }
    Digits digits;
    const auto* pixels = static_cast<const uint8_t*>(images->data);
    const auto* label = static_cast<const int64_t*>(labels->data);
    for (int64_t i = 0; i < labels->shape[0]; ++i) {
        if ((i % 5 == 4) != test) continue;
        for (int64_t k = 0; k < Digits::pixels; ++k) {
            digits.images.push_back(static_cast<float>(pixels[i * Digits::pixels + k]) / 16.0f);
        }
        digits.labels.push_back(label[i]);
    }
    return digits;
}
