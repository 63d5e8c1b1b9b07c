# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""The LV2 bundle's data: its Turtle files and its presets"""

import os

PRESET = """\
<presets/{name}/preset.ttl#{plugin}>
\ta pset:Preset ;
\tlv2:appliesTo <urn:recurve:{plugin}> ;
\trdfs:seeAlso <presets/{name}/preset.ttl> .
"""


def preset_folders(bld):
    """Return the folders of all complete presets, as nodes"""
    return [
        node.parent
        for node in bld.path.ant_glob("presets/*/preset.ttl")
        if node.parent.find_node("model.safetensors")
    ]


def link_alone(bld):
    """Link to the bundle from lv2/, where lilv finds nothing else.

    With LV2_PATH=build it works too, but lilv complains about every other file.
    """
    folder = os.path.join(bld.bldnode.abspath(), "lv2")
    link = os.path.join(folder, "recurve.lv2")
    os.makedirs(folder, exist_ok=True)
    if not os.path.islink(link):
        os.symlink("../recurve.lv2", link)


def build(bld, version):
    """Fill in the Turtle templates and copy the presets into the bundle"""
    _major, minor, micro = version.split(".")
    presets = preset_folders(bld)
    fields = {
        "VERSION": version,
        "MINOR": minor,
        "MICRO": micro,
        "LIB_EXT": ".so",
        "PRESETS": "\n".join(
            PRESET.format(name=folder.name, plugin=plugin)
            for folder in presets
            for plugin in ("mono", "stereo")
        ),
    }
    link_alone(bld)
    install_dir = os.path.join(bld.env.LV2DIR, "recurve.lv2")

    for source in bld.path.ant_glob("ttl/*.ttl.in"):
        bld(
            features="subst",
            source=source,
            target="recurve.lv2/" + source.name[: -len(".in")],
            install_path=install_dir,
            **fields,
        )
    for folder in presets:
        for source in folder.ant_glob("*", excl="*.py"):
            bld(
                features="subst",
                is_copy=True,
                source=source,
                target="recurve.lv2/" + source.path_from(bld.path),
                install_path=os.path.join(install_dir, "presets", folder.name),
            )
