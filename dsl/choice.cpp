#include "dsl/choice.h"

#include <algorithm>

#include "runtime/error.h"

namespace lithe {

std::string str(Choice choice) {
    static constexpr const char* words[] = {"none",
                                            "mean",
                                            "sum",
                                            "batchmean",
                                            "max",
                                            "zeros",
                                            "constant",
                                            "reflect",
                                            "replicate",
                                            "circular",
                                            "valid",
                                            "same",
                                            "nearest",
                                            "nearest-exact",
                                            "linear",
                                            "bilinear",
                                            "bicubic",
                                            "trilinear",
                                            "area",
                                            "border",
                                            "reflection",
                                            "tanh",
                                            "relu",
                                            "gelu",
                                            "sigmoid",
                                            "leaky_relu",
                                            "selu",
                                            "fan_in",
                                            "fan_out",
                                            "conv1d",
                                            "conv2d",
                                            "conv3d",
                                            "conv_transpose1d",
                                            "conv_transpose2d",
                                            "conv_transpose3d"};
    return words[static_cast<size_t>(choice)];
}

void check_choice(const char* layer, const char* option, Choice choice,
                  std::initializer_list<Choice> allowed) {
    if (std::find(allowed.begin(), allowed.end(), choice) != allowed.end()) return;
    std::string words;
    for (const Choice each : allowed) words += (words.empty() ? "'" : ", '") + str(each) + "'";
    throw UserError(std::string(layer) + "." + option, std::string(layer) + ": " + option +
                                                           " must be one of " + words + ", got '" +
                                                           str(choice) + "'");
}

}  // namespace lithe
