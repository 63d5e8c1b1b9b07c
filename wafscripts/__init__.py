# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""Helpers of ./waf and wscript"""
