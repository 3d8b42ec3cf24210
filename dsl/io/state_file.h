#pragma once

#include <iosfwd>
#include <string>

#include "dsl/module.h"
#include "dsl/state_dict.h"

namespace lithe {

/// Writes a state_dict: the zip of `torch.save` where the name ends in `.pt`, `.pth`, `.ckpt` or
/// `.bin`, else safetensors. Replaces the file in one step. Errors: file.*, safetensors.*,
/// torch_zip.*.
void save_state_dict(const nn::StateDict& dict, const std::string& path);
void save_state_dict(const nn::Module& module, const std::string& path);

enum class StateFormat { safetensors, torch };
/// Writes in this format, whatever the name.
void save_state_dict(const nn::StateDict& dict, const std::string& path, StateFormat format);
/// Writes what `torch.save` would. Errors: file.write, torch_zip.*.
void save_state_dict(const nn::StateDict& dict, std::ostream& stream);

/// Reads a file of either format, whatever its name. A checkpoint's nested keys are joined by
/// dots. Errors: those of SafetensorsFile and TorchFile.
nn::StateDict load_state_dict(const std::string& path);
/// Reads to the end of the stream.
nn::StateDict load_state_dict(std::istream& stream);
/// Reads a file into a module, all or nothing.
nn::IncompatibleKeys load_state_dict(nn::Module& module, const std::string& path,
                                     const nn::LoadOptions& options = {});

}  // namespace lithe
